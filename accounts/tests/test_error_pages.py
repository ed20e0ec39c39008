import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.template import engines
from django.test import Client, RequestFactory
from django.views import defaults

from accounts.factories import UserFactory

REQUEST = RequestFactory().get("/")


@pytest.mark.parametrize(
    ("view", "arguments", "status", "sentence"),
    [
        (defaults.bad_request, [SuspiciousOperation()], 400, "That could not be read"),
        (defaults.permission_denied, [PermissionDenied()], 403, "This page is not for you"),
        (defaults.server_error, [], 500, "Something went wrong"),
    ],
)
def test_an_error_is_said_in_words_to_somebody_who_is_not_logged_in(
    view, arguments, status, sentence
):
    answer = view(REQUEST, *arguments)
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert "css/base.css" in answer.content.decode()


def test_the_page_of_a_broken_server_asks_nothing_of_the_request(monkeypatch):
    """What broke may be what a context processor needs."""
    monkeypatch.setattr(engines["django"].engine, "template_context_processors", [lambda _: 1 / 0])
    assert defaults.server_error(REQUEST).status_code == 500


@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_address_has_a_page(client, db, known):
    if known:
        client.force_login(UserFactory(username="anna"))
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert ("anna" in answer.content.decode()) == known


def test_a_form_without_its_token_has_a_page(db):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert answer.status_code == 403
    assert "Please try that once more" in answer.content.decode()
