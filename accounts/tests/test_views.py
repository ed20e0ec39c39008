import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client

from accounts.adapter import AccountAdapter
from accounts.factories import UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SIGNUP = "/accounts/signup/"
# For who is logged in: about a second factor, and one's sessions.
SECURE = [
    "reauthenticate/code/",
    "reauthenticate/passkey/",
    "security/",
    "security/app/add/",
    "security/passkeys/",
    "security/passkeys/add/",
    "security/sessions/",
]
NEW = {"username": "Berta", "password1": "long enough 7", "password2": "long enough 7"}


def log_in(client, username, **more):
    return client.post(LOGIN, {"login": username, "password": "correct horse", **more})


def answers_once(answer, then):
    """Return a function that returns `answer` the first time, and what `then` does later."""
    answers = iter([lambda *args, **kwargs: answer])
    return lambda *args, **kwargs: next(answers, then)(*args, **kwargs)


def text_of(response):
    return response.content.decode()


# --- log-in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["Ärger", "äRGER", " Ärger ", "A\u0308rger", "Äｒｇｅｒ"])
def test_a_person_logs_in_by_any_way_of_writing_the_name(client, written):
    UserFactory(username="Ärger")
    assert log_in(client, written).url == "/"


def test_the_longest_name_fits_when_it_is_typed_in_pieces(client):
    UserFactory(username="Ǻ" * 60)
    assert log_in(client, "A\u030a\u0301" * 60).url == "/"


def test_a_stranger_does_not_log_in_and_learns_nothing(client):
    UserFactory(username="anna")
    wrong = text_of(log_in(client, "anna", password="wrong"))
    unknown = text_of(log_in(client, "nobody", password="wrong"))
    sentence = "Wrong username or password."
    assert sentence in wrong
    assert sentence in unknown
    assert 'role="alert"' in wrong


def test_an_inactive_person_does_not_log_in(client):
    UserFactory(username="anna", inactive=True)
    assert log_in(client, "anna").status_code == 200
    assert "_auth_user_id" not in client.session


def test_failed_log_ins_are_limited_however_the_name_is_written(client):
    UserFactory(username="Anna")
    for written in ("anna", "ANNA", "aNNA", "ａnna", "Anna"):
        log_in(client, written, password="wrong")
    assert "Too many wrong passwords" in text_of(log_in(client, "anna"))


def test_log_ins_are_limited_by_address_and_say_so_in_the_sites_own_page(client):
    for number in range(30):
        log_in(client, f"nobody{number}", password="wrong")
    answer = log_in(client, "nobody", password="wrong")
    assert answer.status_code == 429
    assert "Too many tries" in text_of(answer)


def test_a_made_up_forwarded_address_does_not_escape_the_limit(client):
    for number in range(31):
        answer = client.post(
            LOGIN, {"login": "x", "password": "y"}, headers={"x-forwarded-for": f"10.0.0.{number}"}
        )
    assert answer.status_code == 429


def test_every_page_asks_for_a_log_in_and_comes_back(client):
    UserFactory(username="anna")
    answer = client.get("/rooms/tea/")
    assert answer.url == LOGIN + "?next=/rooms/tea/"
    assert 'name="next" value="/rooms/tea/"' in text_of(client.get(answer.url))
    assert log_in(client, "anna", next="/rooms/tea/").url == "/rooms/tea/"


@pytest.mark.parametrize(
    "next_url",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"],
)
def test_a_log_in_leads_nowhere_else(client, next_url):
    UserFactory(username="anna")
    assert log_in(client, "anna", next=next_url).url == "/"


def test_the_log_in_page_offers_an_open_sign_up(client, admin_exists):
    assert SIGNUP in text_of(client.get(LOGIN))


def test_the_log_in_page_hides_a_closed_sign_up(client, admin_exists, settings):
    settings.SIGN_UP = "closed"
    assert SIGNUP not in text_of(client.get(LOGIN))


def test_the_log_in_page_says_that_the_site_waits_for_its_first_admin(client):
    waiting = text_of(client.get(LOGIN))
    assert "waiting for its first admin" in waiting
    assert "terminal" in waiting
    assert SIGNUP not in waiting


def test_the_log_in_page_of_a_site_with_an_admin_waits_for_nobody(client, admin_exists):
    assert "waiting for its first admin" not in text_of(client.get(LOGIN))


# --- log-out ------------------------------------------------------------------------------------


def test_a_log_out_is_a_post(client):
    client.force_login(UserFactory())
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").url == LOGIN
    assert "_auth_user_id" not in client.session


# --- sign-up ------------------------------------------------------------------------------------


def test_somebody_signs_up_and_is_logged_in(client, admin_exists):
    assert client.post(SIGNUP, NEW).url == "/"
    berta = User.objects.get(username="Berta")
    assert client.session["_auth_user_id"] == str(berta.pk)
    assert not berta.is_staff
    assert not berta.is_superuser


def test_somebody_signs_up_into_the_room_that_they_came_for(client, admin_exists):
    assert client.post(SIGNUP, {**NEW, "next": "/rooms/tea/"}).url == "/rooms/tea/"


def test_a_sign_up_keeps_the_way_the_name_is_written(client, admin_exists):
    client.post(SIGNUP, {**NEW, "username": "ＢｅＲＴａ"})
    assert User.objects.filter(username="BeRTa").exists()


@pytest.mark.parametrize("written", ["Änna", "änna", "A\u0308NNA"])
def test_a_sign_up_with_a_taken_name_is_told_so(client, admin_exists, written):
    UserFactory(username="Änna")
    answer = text_of(client.post(SIGNUP, {**NEW, "username": written}))
    assert "A user with that name exists already." in answer
    assert 'aria-invalid="true"' in answer
    assert 'aria-describedby="id_username_helptext id_username_error"' in answer
    assert User.objects.count() == 2


def test_of_two_sign_ups_at_once_one_is_told_that_the_name_is_taken(
    client, admin_exists, monkeypatch
):
    """The other one's row is there after the question and before the insert."""
    usual = AccountAdapter.clean_username
    monkeypatch.setattr(AccountAdapter, "clean_username", answers_once("Berta", then=usual))
    UserFactory(username="BERTA")
    answer = client.post(SIGNUP, NEW)
    assert answer.status_code == 200
    assert "A user with that name exists already." in text_of(answer)
    assert User.objects.count() == 2


def test_an_email_address_is_asked_to_confirm_itself(client, admin_exists, settings):
    client.post(SIGNUP, {**NEW, "email": "berta@example.com"})
    (sent,) = mail.outbox
    link = next(word for word in sent.body.split() if "confirm-email" in word)
    page = link.removeprefix(settings.SITE_URL)
    assert "berta@example.com the address of Berta" in text_of(Client().get(page))
    Client().post(page)
    assert User.objects.get(username="Berta").emailaddress_set.get().verified


def test_a_sign_up_does_not_tell_that_an_address_is_known(client, admin_exists):
    UserFactory(email="anna@example.com")
    assert client.post(SIGNUP, {**NEW, "email": "anna@example.com"}).url == "/"


def test_a_closed_sign_up_says_so_and_makes_nobody(client, admin_exists, settings):
    settings.SIGN_UP = "closed"
    assert "made by its admins" in text_of(client.get(SIGNUP))
    assert "made by its admins" in text_of(client.post(SIGNUP, NEW))
    assert User.objects.count() == 1


def test_a_sign_up_by_invitation_only_says_so_and_makes_nobody(client, admin_exists, settings):
    settings.SIGN_UP = "invite"
    assert "needs an invitation" in text_of(client.get(SIGNUP))
    assert "needs an invitation" in text_of(client.post(SIGNUP, NEW))
    assert SIGNUP not in text_of(client.get(LOGIN))
    assert User.objects.count() == 1


def test_nobody_signs_up_before_the_first_admin(client):
    assert "waiting for its first admin" in text_of(client.post(SIGNUP, NEW))
    assert not User.objects.exists()


# --- one's own account --------------------------------------------------------------------------


def test_a_new_password_needs_the_old_one_and_keeps_the_session(client):
    user = UserFactory()
    client.force_login(user)
    passwords = {"password1": "another horse", "password2": "another horse"}
    page = "/accounts/password/change/"
    assert client.post(page, {"oldpassword": "wrong", **passwords}).status_code == 200
    assert client.post(page, {"oldpassword": "correct horse", **passwords}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another horse")
    assert client.get(page).status_code == 200


def test_a_new_address_asks_for_the_password_first(client):
    user = UserFactory()
    client.force_login(user)
    page = "/accounts/email/"
    answer = client.post(page, {"email": "new@example.com", "action_add": ""})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not user.emailaddress_set.exists()
    client.post(answer.url, {"password": "correct horse"})
    assert user.emailaddress_set.get().email == "new@example.com"
    assert "new@example.com is not confirmed yet" in text_of(client.get(page))


@pytest.mark.parametrize(
    "page",
    [
        "email/",
        "password/change/",
        "password/set/",
        "reauthenticate/",
        *SECURE,
        "security/app/remove/",
        "security/passkeys/1/rename/",
        "security/passkeys/1/remove/",
        "security/recovery-codes/",
        "security/recovery-codes/download/",
        "security/sessions/1/end/",
        "security/sessions/end-others/",
    ],
)
def test_a_stranger_is_sent_to_the_log_in(client, page):
    answer = client.get("/accounts/" + page)
    assert answer.status_code == 302
    assert answer.url.startswith(LOGIN)


@pytest.mark.parametrize(
    "page",
    [
        "login/",
        "logout/",
        "signup/",
        "inactive/",
        "reauthenticate/",
        "email/",
        "confirm-email/unknown/",
        "password/change/",
        "password/set/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-unknown/",
        "password/reset/key/done/",
        "login/second-factor/",
        *SECURE,
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_every_page_is_in_the_sites_own_design(client, admin_exists, page, known):
    if known:
        client.force_login(UserFactory())
    answer = client.get("/accounts/" + page, follow=True)
    if answer.templates and "chat/dashboard.html" in {each.name for each in answer.templates}:
        return
    assert answer.status_code == 200
    assert 'class="card"' in text_of(answer)
    assert '<html lang="en" dir="ltr">' in text_of(answer)
    assert "style=" not in text_of(answer)


def test_a_new_password_works_although_too_many_wrong_ones_were_typed(client):
    UserFactory(username="Anna", email="anna@example.com")
    for _number in range(6):
        log_in(client, "anna", password="wrong")
    client.post("/accounts/password/reset/", {"email": "anna@example.com"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/reset/key/" in line)
    page = client.get(link, follow=True).request["PATH_INFO"]
    client.post(page, {"password1": "long enough 7", "password2": "long enough 7"})
    assert log_in(client, "anna", password="long enough 7").url == "/"


def test_to_open_somebody_elses_link_changes_nothing(client, rf):
    """Or anybody could log out whoever opens a link."""
    stranger = UserFactory()
    address = EmailAddress.objects.create(user=stranger, email="theirs@example.com")
    client.force_login(UserFactory())
    key = EmailConfirmationHMAC(address).key
    assert client.get(f"/accounts/confirm-email/{key}/").status_code == 200
    assert client.get("/").status_code == 200


def test_a_request_under_another_name_leaves_no_trace_in_the_log(client, capfd):
    assert client.get("/", headers={"host": "evil.example.com"}).status_code == 400
    assert capfd.readouterr().err == ""
