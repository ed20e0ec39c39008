"""Staff that needs a second factor, and what superusers can do about one that is lost."""

import pytest
from django.contrib.auth.models import Permission

from accounts import second_factor
from accounts.factories import UserFactory
from accounts.models import User
from multichat.models import Act, AuditEntry

from .second_factors import SECRET, code_of, give_app, give_passkey, prove
from .test_second_factor import APP, LOGIN, SECURITY, text_of
from .test_sessions import session_of, users_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return UserFactory(username="anna")


@pytest.fixture
def needed(settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = True


@pytest.mark.parametrize("traits", [{"staff": True}, {"superuser": True}, {"is_superuser": True}])
def test_staff_can_do_nothing_before_they_set_one_up(client, needed, traits):
    boss = UserFactory(**traits)
    client.force_login(boss)
    for page in ("/", "/admin/", "/accounts/email/", SECURITY + "sessions/", "/jsi18n/", LOGIN):
        assert client.get(page).url == SECURITY
        assert client.post(page).url == SECURITY
    page = text_of(client.get(SECURITY))
    assert "need a second factor" in page
    assert "sessions" not in page
    prove(client)
    secret = client.get(APP).context["form"].secret
    answer = client.post(APP, {"code": code_of(secret)})
    assert client.get(answer.url).status_code == 200
    assert client.get("/").status_code == 200
    assert "need a second factor" not in text_of(client.get(SECURITY))


def test_staff_can_log_out_before_they_set_one_up(client, needed):
    client.force_login(UserFactory(staff=True))
    assert client.post("/accounts/logout/").url == LOGIN


def test_nobody_else_needs_one(client, needed):
    client.force_login(UserFactory())
    assert client.get("/").status_code == 200


def test_staff_needs_none_unless_the_site_says_so(client, django_assert_num_queries):
    boss = UserFactory(superuser=True)
    client.force_login(boss)
    assert client.get("/admin/").status_code == 200
    with django_assert_num_queries(0):
        assert not second_factor.is_missing(boss)


def test_recovery_codes_alone_are_no_second_factor(needed):
    boss = UserFactory(staff=True)
    give_app(boss)
    boss.authenticator_set.filter(type="totp").delete()
    assert second_factor.is_missing(boss)


@pytest.mark.parametrize("give", [give_app, give_passkey])
def test_sessions_of_staff_hold_while_there_is_a_second_factor(
    needed, settings, give, django_assert_num_queries
):
    boss, anna = UserFactory(staff=True), UserFactory()
    keys = session_of(boss), session_of(anna)
    assert users_of(keys) == {keys[1]: anna}
    give(boss)
    give(boss) if give is give_passkey else None
    with django_assert_num_queries(2):
        assert users_of(keys) == {keys[0]: boss, keys[1]: anna}
    boss.authenticator_set.all().delete()
    assert users_of(keys) == {keys[1]: anna}
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    assert set(users_of(keys)) == set(keys)


def test_who_removes_the_last_one_is_led_to_set_up_another(client, needed):
    boss = UserFactory(staff=True)
    client.force_login(boss)
    prove(client)
    passkey = give_passkey(boss)
    assert client.get("/").status_code == 200
    client.post(f"{SECURITY}passkeys/{passkey.pk}/remove/")
    assert client.get("/").url == SECURITY


# --- in the admin -------------------------------------------------------------------------------

ADMIN = "/admin/mfa/authenticator/"


def test_a_superuser_removes_the_second_factor_that_somebody_has_lost(client, anna):
    give_app(anna)
    client.force_login(UserFactory(superuser=True))
    app = anna.authenticator_set.get(type="totp")
    for page in (ADMIN, f"{ADMIN}{app.pk}/change/", f"{ADMIN}{app.pk}/delete/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert SECRET not in text_of(answer)
    client.post(f"{ADMIN}{app.pk}/delete/", {"post": "yes"})
    assert not anna.authenticator_set.exists(), "recovery codes stand in for nothing any more"
    [entry] = AuditEntry.objects.all()
    assert (entry.act, entry.subject) == (Act.USER_CHANGED, anna)
    assert entry.detail == "second factor removed: TOTP Authenticator"


def test_several_are_removed_at_once(client, anna):
    give_app(anna)
    client.force_login(UserFactory(superuser=True))
    chosen = [each.pk for each in anna.authenticator_set.all()]
    data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    client.post(ADMIN, data)
    assert not anna.authenticator_set.exists()
    assert AuditEntry.objects.count() == 2


def test_staff_with_every_permission_sees_no_second_factors(client, anna):
    give_app(anna)
    staff = UserFactory(staff=True)
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label="mfa"))
    client.force_login(User.objects.get(pk=staff.pk))
    app = anna.authenticator_set.get(type="totp")
    for page in (ADMIN, f"{ADMIN}add/", f"{ADMIN}{app.pk}/change/", f"{ADMIN}{app.pk}/delete/"):
        assert client.get(page).status_code == 403


def test_nobody_writes_a_second_factor_in_the_admin(client, anna):
    give_app(anna)
    client.force_login(UserFactory(superuser=True))
    app = anna.authenticator_set.get(type="totp")
    assert client.get(f"{ADMIN}add/").status_code == 403
    assert client.post(f"{ADMIN}{app.pk}/change/", {"data": "{}"}).status_code == 403
