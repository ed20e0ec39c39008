"""No page does what its Content-Security-Policy forbids: a report of the browser fails the test."""

import pytest
from playwright.sync_api import Error

from .test_second_factor import PASSWORD, SECURITY, give_device, log_in, log_out, prove

PUBLIC = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
INSIDE = [
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    SECURITY,
    SECURITY + "app/add/",
    SECURITY + "passkeys/",
    SECURITY + "passkeys/add/",
    SECURITY + "sessions/",
    "/accounts/reauthenticate/",
]
ADMIN = [
    "/admin/",
    "/admin/chat/room/",
    "/admin/chat/room/add/",
    "/admin/chat/report/",
    "/admin/multichat/auditentry/",
    "/admin/accounts/invitation/add/",
    "/admin/chat/message/",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/accounts/user/{user}/change/",
    "/admin/accounts/user/{user}/password/",
    "/admin/accounts/user/{user}/delete/",
    "/admin/account/emailaddress/add/",
    "/admin/mfa/authenticator/",
]


def writes_html(page):
    """Whether a script of the page's may make HTML of a text."""
    try:
        page.evaluate("document.createElement('p').innerHTML = '<b>text</b>'")
    except Error as error:
        return "TrustedHTML" not in str(error)
    return True


@pytest.fixture
def boss(person):
    return person("boss", password=PASSWORD, is_staff=True, is_superuser=True)


def test_no_account_page_breaks_its_own_policy(site, boss, open_for):
    stranger = open_for(site)
    for path in PUBLIC:
        stranger.visit(path)
    give_device(boss)
    prove(boss)
    for path in INSIDE:
        boss.visit(path)
        assert boss.page.url.endswith(path)
    log_out(boss)
    log_in(boss)


def test_a_talk_with_markdown_breaks_no_policy_and_nothing_else_writes_html(person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.say(tea, "**bold** https://example.com\n\n```python\nx = 1\n```")
    ada.hears(tea, "bold")
    ada.watch.check()
    ada.watch.forgive("TrustedHTML")
    assert not writes_html(ada.page)
    assert ada.watch.trouble, "the browser reports what is forbidden"


def test_no_page_of_the_admin_breaks_its_policy(boss):
    for path in ADMIN:
        boss.visit(path.format(user=boss.account.id))
    assert writes_html(boss.page), "the admin's jQuery does"
