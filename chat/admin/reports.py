"""Reports in the admin: what was reported, and what to do about it."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from chat import actions
from chat.exceptions import ClientError, Refused
from chat.models import Member, Report, Room, Standing
from multichat.audit import By

A_DAY = timedelta(days=1)


def delete_message(by, report):
    actions.delete(by.user.pk, report.room_id, report.message_id, by.address)


def silence_author(by, report):
    author, until = report.message.user, timezone.now() + A_DAY
    place = Member.objects.of(report.room_id, report.message.user_id)
    silenced, _end = Standing(report.room, author, place).silenced_until(until)
    if not silenced:  # else for longer
        actions.silence(by, report.room_id, report.message.user_id, until)


def ban_author(by, report):
    actions.ban(by, report.room_id, report.message.user_id)


def do_nothing(by, report):
    pass


# What can be done about a report: name -> (words for the button, words for the outcome, function).
REMEDIES = {
    "delete_message": (_("Delete the message"), _("message deleted"), delete_message),
    "silence_author": (_("Silence its author for a day"), _("author silenced"), silence_author),
    "ban_author": (_("Ban its author from the room"), _("author banned"), ban_author),
    "do_nothing": (_("Nothing to do"), _("nothing to do"), do_nothing),
}


class WaitingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("settled", _("settled"))]

    def queryset(self, request, queryset):
        wanted = {"waiting": True, "settled": False}.get(self.value())
        return queryset if wanted is None else queryset.filter(settled_at__isnull=wanted)


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    list_display = ("excerpt", "state", "author", "room", "reason", "reporter", "at")
    list_filter = (WaitingFilter, "at")
    list_select_related = ("room", "reporter", "message__user")
    search_fields = ("text", "reason", "room__title", "reporter__username_key")
    fields = ("text", "author", "room", "reporter", "reason", "at", "state", "settled_by")
    readonly_fields = fields
    actions = tuple(REMEDIES)
    # What waits comes first: PostgreSQL and SQLite take null for the greatest and for the least.
    ordering = (F("settled_at").desc(nulls_first=True), "-pk")
    change_form_template = "admin/report.html"

    def get_queryset(self, request):
        rooms = Room.objects.manageable_by(request.user)
        return super().get_queryset(request).filter(room__in=rooms)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, report=None):
        return False

    @admin.display(description=_("text"))
    def excerpt(self, report):
        return Truncator(report.text).chars(80) or _("(no longer kept)")

    @admin.display(description=_("author"))
    def author(self, report):
        return report.message.user or _("deleted user")

    @admin.display(description=_("state"), ordering="settled_at")
    def state(self, report):
        return report.outcome if report.settled_at else _("waiting")

    def get_actions(self, request):
        """Offer the remedies to whoever may change reports."""
        if not self.has_change_permission(request):
            return {}
        return {name: (remedy_for(name), name, REMEDIES[name][0]) for name in REMEDIES}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one report, with a button for each remedy."""
        report = self.get_object(request, object_id)
        remedy = next((name for name in REMEDIES if name in request.POST), None)
        if report and remedy and self.has_change_permission(request, report):
            remedy_for(remedy)(self, request, Report.objects.filter(pk=report.pk))
            return HttpResponseRedirect(request.path)
        waiting = report is not None and report.settled_at is None
        offered = waiting and self.has_change_permission(request, report)
        remedies = [(name, words) for name, (words, *_rest) in REMEDIES.items()]
        context = {"remedies": remedies if offered else []}
        return super().change_view(request, object_id, form_url, context)


def remedy_for(name):
    """Return the admin's action for a remedy: it settles the reports for which it could be done."""
    _words, outcome, remedy = REMEDIES[name]

    def act(model_admin, request, queryset):
        by, done = By.request(request), []
        for report in queryset.waiting().select_related("message__user", "room"):
            try:
                remedy(by, report)
                done.append(report.pk)
            except (ClientError, Refused) as error:
                words = getattr(error, "detail", error)
                model_admin.message_user(request, f"#{report.pk}: {words}", messages.ERROR)
        if done:
            actions.settle(by, Report.objects.filter(pk__in=done), str(outcome))
            model_admin.message_user(request, outcome, messages.SUCCESS)

    return act
