"""Reporting a message from the dashboard."""

import pytest

from chat.actions import reports
from chat.factories import MessageFactory, RoomFactory
from chat.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def spam(berta):
    return MessageFactory(room=RoomFactory(title="Tea"), user=berta, text="Buy this")


def send(client, message, reason="spam"):
    return client.post(f"/rooms/tea/messages/{message}/report/", {"reason": reason})


def test_a_report_keeps_what_the_message_said(client, anna, spam):
    client.force_login(anna)
    answer = send(client, spam.pk)
    assert (answer.status_code, answer.json()) == (200, {})
    report = Report.objects.get()
    assert (report.reporter, report.message, report.room) == (anna, spam, spam.room)
    assert (report.reason, report.text, report.settled_at) == ("spam", "Buy this", None)


def test_the_same_report_twice_is_one(client, anna, spam):
    client.force_login(anna)
    assert send(client, spam.pk).status_code == send(client, spam.pk, "again").status_code == 200
    assert Report.objects.get().reason == "spam"


def test_what_one_cannot_see_is_not_reported(client, anna, spam):
    elsewhere = MessageFactory(room=RoomFactory(access="members"))
    deleted = MessageFactory(room=spam.room, deleted=True)
    own = MessageFactory(room=spam.room, user=anna)
    client.force_login(anna)
    for message in (elsewhere.pk, deleted.pk, own.pk, 10**6, 10**30):
        answer = send(client, message)
        assert answer.status_code == 400, message
        assert answer.json()["detail"]
    assert client.post("/rooms/none/messages/1/report/").status_code == 404
    assert client.get(f"/rooms/tea/messages/{spam.pk}/report/").status_code == 405
    assert not Report.objects.exists()


@pytest.mark.parametrize("reason", ["x" * 501, "a\0b"])
def test_a_reason_that_cannot_be_kept_is_refused(client, anna, spam, reason):
    client.force_login(anna)
    answer = send(client, spam.pk, reason)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_nobody_reports_without_end(client, anna, spam, monkeypatch):
    monkeypatch.setattr(reports, "WAITING_AT_MOST", 2)
    client.force_login(anna)
    others = MessageFactory.create_batch(2, room=spam.room)
    answers = [send(client, message.pk).status_code for message in (spam, *others)]
    assert answers == [200, 200, 400]
