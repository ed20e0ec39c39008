import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions
from chat.admin.reports import REMEDIES
from chat.factories import MemberFactory, MessageFactory, ReportFactory, RoomFactory
from chat.models import Member, Message, Report
from multichat.audit import By
from multichat.models import Act

from .audit import logged
from .client import text_of

pytestmark = pytest.mark.django_db

REPORTS = "/admin/chat/report/"


@pytest.fixture
def report():
    message = MessageFactory(user__username="carl", room__title="Tea", text="buy my spam")
    return ReportFactory(message=message, reporter__username="anna", reason="a stranger's advert")


def shown(answer):
    return [report.pk for report in answer.context["cl"].result_list]


def act(client, remedy, *reports):
    data = {"action": remedy, "_selected_action": [report.pk for report in reports]}
    return client.post(REPORTS, data, follow=True)


def page_of(report):
    return f"{REPORTS}{report.pk}/change/"


def may(*codenames):
    user = UserFactory(staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_the_list_says_what_waits_and_what_was_reported(admin, report, stella):
    settled = ReportFactory()
    actions.settle(By(stella), Report.objects.filter(pk=settled.pk), "nothing to do")
    answer = admin.get(REPORTS)
    assert shown(answer) == [report.pk, settled.pk], "what waits comes first"
    for word in ("buy my spam", "carl", "Tea", "anna", "nothing to do", "waiting"):
        assert word in text_of(answer)
    assert shown(admin.get(REPORTS, {"state": "waiting"})) == [report.pk]
    assert shown(admin.get(REPORTS, {"state": "settled"})) == [settled.pk]
    assert shown(admin.get(REPORTS, {"q": "anna"})) == [report.pk]


def test_the_list_takes_as_many_queries_however_long_it_is(admin, django_assert_max_num_queries):
    ReportFactory.create_batch(20)
    with django_assert_max_num_queries(7):
        admin.get(REPORTS)


# What each remedy does, as the log tells; and what is said of the report.
DONE = {
    "delete_message": ([Act.MESSAGE_DELETED], "message deleted"),
    "silence_author": ([Act.SILENCED], "author silenced"),
    "ban_author": ([Act.BANNED], "author banned"),
    "do_nothing": ([], "nothing to do"),
}


@pytest.mark.parametrize("remedy", REMEDIES)
@pytest.mark.parametrize("way", ["page", "list"])
def test_a_remedy_is_done_and_settles_the_report(admin, report, remedy, way):
    if way == "page":
        answer = admin.post(page_of(report), {remedy: "1"}, follow=True)
    else:
        answer = act(admin, remedy, report)
    done, outcome = DONE[remedy]
    report.refresh_from_db()
    assert (report.outcome, report.settled_by.username) == (outcome, "ruth")
    assert outcome in text_of(answer)
    assert [(entry[0], entry[2]) for entry in logged()] == [
        *((name, "carl") for name in done),
        (Act.REPORT_SETTLED, "carl"),
    ]
    assert {entry[6] for entry in logged()} == {"127.0.0.1"}


def test_what_the_remedies_do(admin, report):
    for remedy in REMEDIES:
        Report.objects.update(settled_at=None)
        act(admin, remedy, report)
    assert Message.objects.get().deleted
    place = Member.objects.get()
    assert (place.user.username, place.role, place.banned, place.silenced) == (
        "carl",
        "guest",
        True,
        True,
    )
    hours = (place.silenced_until - timezone.now()).total_seconds() / 3600
    assert 23.9 < hours <= 24


def test_who_is_silenced_for_longer_stays_so(admin, report):
    """A day would be less."""
    MemberFactory(room=report.room, user=report.message.user, silenced=True)
    act(admin, "silence_author", report)
    assert Member.objects.get().silenced_until is None
    report.refresh_from_db()
    assert report.outcome == "author silenced"


def test_what_was_reported_is_shown_as_it_was(admin, report):
    Message.objects.update(text="innocent", html="<p>innocent</p>")
    assert "buy my spam" in text_of(admin.get(page_of(report)))
    Report.objects.update(text="")
    assert "(no longer kept)" in text_of(admin.get(REPORTS))


def test_the_page_offers_remedies_until_the_report_is_settled(admin, report):
    assert 'name="ban_author"' in text_of(admin.get(page_of(report)))
    act(admin, "do_nothing", report)
    assert 'name="ban_author"' not in text_of(admin.get(page_of(report)))


def test_a_settled_report_is_not_settled_again(admin, report):
    act(admin, "do_nothing", report)
    for _ in range(2):
        act(admin, "ban_author", report)
        admin.post(page_of(report), {"ban_author": "1"})
    assert not Member.objects.exists()
    assert len(logged()) == 1


def test_what_cannot_be_done_is_said_and_leaves_the_report_waiting(client, report, ruth):
    by_ruth = ReportFactory(message__user=ruth)
    client.force_login(may("view_report", "change_report"))
    answer = act(client, "ban_author", report, by_ruth)
    assert f"#{by_ruth.pk}: You cannot do this to ruth." in text_of(answer)
    assert list(Report.objects.waiting()) == [by_ruth]


def test_an_author_who_is_gone_is_not_silenced_and_their_message_goes(admin, report):
    report.message.user.delete()
    assert "deleted user" in text_of(admin.get(REPORTS))
    for remedy in ("silence_author", "ban_author"):
        assert "is not here any more" in text_of(act(admin, remedy, report))
        assert Report.objects.waiting().exists()
    act(admin, "delete_message", report)
    assert Message.objects.get().deleted


def test_a_report_is_not_written_changed_or_deleted_in_the_admin(admin, report):
    assert admin.get(f"{REPORTS}add/").status_code == 403
    assert admin.get(f"{REPORTS}{report.pk}/delete/").status_code == 403
    before = Report.objects.values().get()
    admin.post(page_of(report), {"text": "other", "reason": "other"})
    assert Report.objects.values().get() == before


def test_a_report_that_is_not_there_is_nobodys(admin, report):
    for remedy in REMEDIES:
        answer = admin.post(f"{REPORTS}4000000/change/", {remedy: "1"})
        assert answer.status_code == 302
    assert Report.objects.waiting().count() == 1


# --- by permission ------------------------------------------------------------------------------


def test_who_may_only_look_settles_nothing(client, report):
    client.force_login(may("view_report"))
    assert 'name="ban_author"' not in text_of(client.get(page_of(report)))
    act(client, "ban_author", report)
    client.post(page_of(report), {"ban_author": "1"})
    assert Report.objects.waiting().exists()
    assert not Member.objects.exists()


@pytest.mark.parametrize("user", [{}, {"staff": True}])
def test_a_stranger_sees_and_settles_nothing(client, report, user):
    client.force_login(UserFactory(**user))
    for answer in (client.get(REPORTS), client.get(page_of(report))):
        assert answer.status_code in (302, 403)
    act(client, "delete_message", report)
    client.post(page_of(report), {"delete_message": "1"})
    assert Report.objects.waiting().exists()
    assert not Message.objects.get().deleted


def test_reports_of_rooms_that_only_superusers_enter_are_theirs(client, report):
    secret = ReportFactory(message__room=RoomFactory(superusers=True))
    members = ReportFactory(message__room=RoomFactory(of_members=True))
    client.force_login(may("view_report", "change_report"))
    assert set(shown(client.get(REPORTS))) == {report.pk, members.pk}
    act(client, "delete_message", secret)
    client.post(page_of(secret), {"delete_message": "1"})
    assert Report.objects.waiting().filter(pk=secret.pk).exists()


def test_a_hostile_text_is_text(admin):
    ReportFactory(text="<script>alert(1)</script>", reason="<script>alert(2)</script>")
    for address in (REPORTS, page_of(Report.objects.get())):
        page = text_of(admin.get(address))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
