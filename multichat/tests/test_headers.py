"""What each kind of page tells the browser."""

import pytest
from django.test import Client

from accounts.factories import UserFactory
from chat.factories import RoomFactory

pytestmark = pytest.mark.django_db

PUBLIC = ["/accounts/login/", "/accounts/password/reset/", "/accounts/login/passkey/"]
PERSONAL = [
    "/",
    "/jsi18n/",
    "/nothing/here/",
    "/accounts/email/",
    "/accounts/security/",
    "/accounts/security/sessions/",
    "/accounts/invitations/",
    "/new-room/",
]
ADMIN = [
    "/admin/",
    "/admin/chat/room/",
    "/admin/accounts/user/add/",
    "/admin/chat/report/",
    "/admin/multichat/auditentry/",
    "/admin/nothing/",
]


@pytest.fixture
def boss():
    """A Client of somebody who may see everything."""
    boss = Client()
    boss.force_login(UserFactory(superuser=True))
    return boss


@pytest.fixture
def visit(boss, client):
    """Return a function that gets a page, as a stranger or as somebody who may see it."""
    return lambda page: (client if page in PUBLIC else boss).get(page)


def policy_of(answer):
    """Return {directive: value} of the answer's Content-Security-Policy."""
    directives = answer["content-security-policy"].split("; ")
    return dict(directive.partition(" ")[::2] for directive in directives)


@pytest.mark.parametrize("page", [*PERSONAL, *ADMIN])
def test_a_page_is_kept_by_nobody(boss, page):
    """Neither by a proxy, nor for the Back button after the log-out."""
    answer = boss.get(page)
    assert {"private", "no-store"} <= set(answer["cache-control"].split(", "))


@pytest.mark.parametrize("page", [*PUBLIC, *PERSONAL, *ADMIN])
def test_a_page_is_in_no_frame_and_names_nobody_where_one_came_from(visit, page):
    answer = visit(page)
    assert answer.status_code in (200, 404)
    assert answer["x-frame-options"] == "DENY"
    assert answer["referrer-policy"] == "same-origin"
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["cross-origin-opener-policy"] == "same-origin"
    policy = policy_of(answer)
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "camera=()" in answer["permissions-policy"]
    assert "publickey-credentials" not in answer["permissions-policy"]


@pytest.mark.parametrize("page", [*PUBLIC, *PERSONAL])
def test_text_does_not_become_html_unseen(visit, page):
    policy = policy_of(visit(page))
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "multichat"


def test_a_room_s_page_is_as_strict_as_any(boss):
    assert "trusted-types" in policy_of(boss.get(RoomFactory().get_absolute_url()))


@pytest.mark.parametrize("page", ADMIN)
def test_the_admin_is_as_strict_but_for_trusted_types(boss, page):
    admin, others = policy_of(boss.get(page)), policy_of(boss.get("/"))
    del others["require-trusted-types-for"], others["trusted-types"]
    assert admin == others


@pytest.mark.parametrize("page", ["/administration/", "/accounts/admin/", "//admin/"])
def test_what_only_looks_like_the_admin_is_not_spared(boss, page):
    assert "trusted-types" in policy_of(boss.get(page))


def test_no_script_can_read_a_cookie(client):
    client.get("/accounts/login/")
    UserFactory(username="anna")
    client.post("/accounts/login/", {"login": "anna", "password": "correct horse"})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def test_behind_https_cookies_and_pages_stay_there(client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    assert client.get("/accounts/login/").url.startswith("https://")
    answer = client.get("/accounts/login/", secure=True)
    assert answer["strict-transport-security"].startswith("max-age=3600")
    assert client.cookies["csrftoken"]["secure"]


def test_an_error_page_is_as_strict(client, monkeypatch):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("chat.views.dashboard.render", lambda *_, **__: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "trusted-types" in policy_of(answer)
    assert "no-store" in answer["cache-control"]
