"""Neither answers nor their times tell whether somebody has an account.

Times waver; what takes them does not: queries, password hashes, mail. These are compared.
"""

import re
from collections import Counter
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import invitations
from accounts.factories import UserFactory
from accounts.models import Invitation
from multichat.audit import By

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
SIGNUP = "/accounts/signup/"
EMAIL = "/accounts/email/"


@pytest.fixture(autouse=True)
def people(admin_exists):
    anna = UserFactory(username="anna", email="anna@example.com")
    EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
    UserFactory(username="bert", email="two@example.com")
    UserFactory(username="bea", email="two@example.com")
    UserFactory(username="gone", email="gone@example.com", inactive=True)


@pytest.fixture
def left(monkeypatch):
    """What pages leave for afterwards, which is not done."""
    left = []

    class Later:
        def submit(self, run, call, language, function, args):
            left.append((function, args))

    monkeypatch.setattr("multichat.afterwards.pool", Later())
    return left


def kind_of(sql):
    """Return the beginning of a statement, without the numbers in the names of savepoints."""
    return re.sub(r"\d\w+", "", " ".join(sql.split()[:3]))


@pytest.fixture
def work(monkeypatch, left):
    """Return a function that posts a form, and says what was answered and what was done for it."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *args, **kwargs: hashed.append(1) or encode(self, *args, **kwargs),
    )

    def done(page, data, client=None):
        client = client or Client()
        hashed.clear(), left.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.post(page, data)
        kinds = Counter(kind_of(query["sql"]) for query in queries)
        words = re.sub(r'value="[^"]*"', "", answer.content.decode())
        return answer.status_code, answer.get("Location"), words, kinds, len(hashed), len(left)

    return done


def test_a_log_in_does_the_same_for_everybody_who_does_not_get_in(work):
    right, wrong = "correct horse", "wrong"
    answers = [
        work(LOGIN, {"login": name, "password": password})
        for name, password in [("anna", wrong), ("nobody", wrong), ("gone", wrong), ("gone", right)]
    ]
    assert "Wrong username or password." in answers[0][2]
    assert answers[0][-2] == 1  # one hash, for those as well who have none to compare it with
    assert answers == [answers[0]] * 4


def test_too_many_wrong_passwords_are_too_many_for_nobody_as_well(work):
    for _ in range(5):
        work(LOGIN, {"login": "anna", "password": "wrong"})
        work(LOGIN, {"login": "nobody", "password": "wrong"})
    anna = work(LOGIN, {"login": "anna", "password": "wrong"})
    nobody = work(LOGIN, {"login": "nobody", "password": "wrong"})
    assert "Too many wrong passwords" in anna[2]
    assert anna == nobody


def test_a_reset_does_nothing_before_its_answer_whose_address_ever_it_is(work):
    answers = [
        work(RESET, {"email": f"{name}@example.com"}) for name in ("anna", "nobody", "two", "gone")
    ]
    assert (answers[0][0], answers[0][-1]) == (302, 1)
    assert not any("SELECT" in kind for kind in answers[0][3])
    assert answers == [answers[0]] * 4


def test_a_reset_sends_mail_to_every_address_afterwards(client):
    for name in ("anna", "nobody", "two", "gone"):
        client.post(RESET, {"email": f"{name}@example.com"})
    assert sorted((sent.to[0], "/key/" in sent.body) for sent in mail.outbox) == [
        ("anna@example.com", True),
        ("gone@example.com", False),
        ("nobody@example.com", False),
        ("two@example.com", True),
        ("two@example.com", True),
    ]


def test_a_sign_up_does_the_same_with_a_known_address(work):
    answers = [
        work(
            SIGNUP,
            {
                "username": f"new{number}",
                "email": f"{name}@example.com",
                "password1": "long enough 7",
                "password2": "long enough 7",
            },
        )
        for number, name in enumerate(("free", "anna", "two", "gone"))
    ]
    assert (answers[0][0], answers[0][-1]) == (302, 1)
    assert answers == [answers[0]] * 4


def test_a_new_address_is_taken_whether_others_have_it_or_not(work):
    answers = []
    for name in ("free", "anna", "two", "gone"):
        client = Client()
        client.force_login(UserFactory())
        client.post("/accounts/reauthenticate/", {"password": "correct horse"})
        data = {"email": f"{name}@example.com", "action_add": ""}
        answers.append(work(EMAIL, data, client))
    assert (answers[0][0], answers[0][-1]) == (302, 1)
    assert answers == [answers[0]] * 4


def test_an_invitation_that_is_over_costs_what_a_wrong_one_costs(client):
    link = invitations.make(Invitation(), 7, By(UserFactory(staff=True)))
    Invitation.objects.update(until=timezone.now() - timedelta(seconds=1))
    costs = []
    for code in (link.split("/")[-2], "wrong"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/accounts/invitation/{code}/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
