import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.factories import UserFactory
from chat import actions
from chat.actions import reports as report_actions
from chat.exceptions import Refused
from chat.factories import MemberFactory, MessageFactory, ReportFactory, RoomFactory
from chat.models import Message, Report
from multichat.audit import By
from multichat.models import Act, AuditEntry

from .audit import logged
from .threads import at_once

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"


@pytest.fixture
def message():
    return MessageFactory(user__username="carl", room__title="Tea", text="spam")


def report(user, message, reason="rude"):
    actions.report(By(user, ADDRESS), message.room_id, message.pk, reason)


def test_a_report_keeps_who_what_where_why_and_the_text_as_it_was(anna, message):
    report(anna, message)
    Message.objects.update(text="nothing", html="nothing")
    kept = Report.objects.get()
    assert (kept.reporter, kept.message, kept.room) == (anna, message, message.room)
    assert (kept.reason, kept.text, kept.settled_at) == ("rude", "spam", None)
    assert logged() == [], "who reports has no power over anybody"


def test_a_message_is_reported_once_by_each(anna, berta, message):
    for user, reason in [(anna, "rude"), (anna, "very rude"), (berta, "")]:
        report(user, message, reason)
    assert set(Report.objects.values_list("reporter", "reason")) == {
        (anna.pk, "rude"),
        (berta.pk, ""),
    }


@pytest.mark.parametrize(
    "room", [{"of_members": True}, {"staff": True}, {"superusers": True}, {"deleting": True}]
)
def test_a_stranger_reports_nothing(room):
    message = MessageFactory(room=RoomFactory(**room))
    outsider = UserFactory(staff="superusers" in room)
    for stranger in (outsider, UserFactory(inactive=True, superuser=True), AnonymousUser()):
        with pytest.raises(Refused, match="is not here any more"):
            report(stranger, message)
    assert not Report.objects.exists()


def test_who_is_banned_reports_nothing(message):
    banned = MemberFactory(room=message.room, banned=True).user
    with pytest.raises(Refused):
        report(banned, message)
    silenced = MemberFactory(room=message.room, silenced=True).user
    report(silenced, message)


def test_what_is_gone_or_elsewhere_is_not_reported(anna, message):
    deleted = MessageFactory(room=message.room, deleted=True)
    for room_id, message_id in [
        (message.room_id, deleted.pk),
        (MessageFactory().room_id, message.pk),
        (message.room_id, 4_000_000),
        (4_000_000, message.pk),
    ]:
        with pytest.raises(Refused, match="not here any more"):
            actions.report(By(anna), room_id, message_id, "")


def test_ones_own_message_is_deleted_and_not_reported(message):
    with pytest.raises(Refused, match="your own"):
        report(message.user, message)


def test_who_was_deleted_meanwhile_reports_nothing(anna, message):
    type(anna).objects.filter(pk=anna.pk).delete()
    with pytest.raises(Refused):
        report(anna, message)


def test_who_has_reported_enough_waits_until_somebody_looked(anna, stella, monkeypatch):
    monkeypatch.setattr(report_actions, "WAITING_AT_MOST", 2)
    first, second, third = MessageFactory.create_batch(3)
    report(anna, first)
    report(anna, second)
    with pytest.raises(Refused, match="enough for now"):
        report(anna, third)
    actions.settle(By(stella), Report.objects.filter(message=first), "nothing to do")
    report(anna, third)


@pytest.mark.django_db(transaction=True)
def test_many_reports_of_one_person_at_once_are_not_too_many(monkeypatch):
    monkeypatch.setattr(report_actions, "WAITING_AT_MOST", 2)
    anna, messages = UserFactory(), MessageFactory.create_batch(5)

    def tried(message):
        try:
            report(anna, message)
        except Refused:
            return False
        return True

    assert sum(at_once(tried, *messages)) == Report.objects.count() == 2


# --- settling -----------------------------------------------------------------------------------


def test_a_report_is_settled_once_and_that_is_logged(anna, stella, ruth, message):
    report(anna, message)
    by = By(stella, ADDRESS)
    assert actions.settle(by, Report.objects.all(), "message deleted") == 1
    assert actions.settle(By(ruth), Report.objects.all(), "nothing to do") == 0
    kept = Report.objects.get()
    assert (kept.settled_by, kept.outcome) == (stella, "message deleted")
    assert kept.settled_at
    entry = (Act.REPORT_SETTLED, "stella", "carl", message.room_id, "Tea", "message deleted")
    assert logged() == [(*entry, ADDRESS)]
    assert AuditEntry.objects.get().message == message.pk


def test_only_the_chosen_ones_are_settled(stella):
    one, other = ReportFactory(), ReportFactory()
    actions.settle(By(stella), Report.objects.filter(pk=one.pk), "")
    assert list(Report.objects.waiting()) == [other]


def test_a_report_of_somebody_who_is_gone_is_settled(stella):
    kept = ReportFactory()
    kept.message.user.delete()
    assert actions.settle(By(stella), Report.objects.all(), "nothing to do") == 1
    assert AuditEntry.objects.get().subject_name == ""


def test_a_report_goes_with_its_room_and_with_who_reported(by):
    one, other, third = ReportFactory(), ReportFactory(), ReportFactory()
    actions.delete_room(by, one.room)
    other.reporter.delete()
    assert list(Report.objects.all()) == [third]
    assert str(third) == f"#{third.message_id}"
