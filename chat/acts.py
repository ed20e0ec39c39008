"""What the person's menu offers: each act with its words, for whom it is, and the action that does
it. The actions ask the rules again."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import actions
from .models import Access, Role


@dataclass(frozen=True)
class PersonAct:
    """One entry of the menu."""

    words: Promise
    offered: Callable  # (Standing of who asks, Standing of the person) -> bool
    action: Callable  # (By, the room's id unless it is of the site, the person's id, …)
    takes: tuple = ()  # what the action is told beside: fields of ActForm
    danger: bool = False
    of_site: bool = False

    def do(self, by, room_id, user_id, said):
        """Do it; `said` is what the ActForm says. Raises Refused."""
        where = () if self.of_site else (room_id,)
        self.action(by, *where, user_id, **{name: said[name] for name in self.takes})


def offered(asker, subject):
    """Return (name, PersonAct) of all that one Standing may do to the other, as it is now."""
    return [(name, act) for name, act in ACTS.items() if act.offered(asker, subject)]


def _may_restrain(when):
    return lambda asker, subject: asker.may_restrain(subject) and when(subject.member)


def _may_ban_from_site(active):
    return lambda asker, subject: (
        actions.may_ban_from_site(asker.user, subject.user) and subject.user.is_active == active
    )


def _may_add(asker, subject):
    guest = subject.role == Role.GUEST and not subject.banned
    return asker.may_manage and guest and asker.room.access == Access.MEMBERS


def _may_make_moderator(asker, subject):
    return asker.may_manage and subject.role != Role.MODERATOR and not subject.banned


def _may_unmake_moderator(asker, subject):
    return asker.may_place(subject) and subject.role == Role.MODERATOR


def _may_remove(asker, subject):
    oneself = asker.user.pk == subject.user.pk
    return subject.role == Role.MEMBER and (oneself or asker.may_place(subject))


ACTS = {
    "add": PersonAct(_("Make member"), _may_add, actions.add_member),
    "moderator": PersonAct(_("Make moderator"), _may_make_moderator, actions.make_moderator),
    "no_moderator": PersonAct(
        _("Unmake moderator"), _may_unmake_moderator, actions.unmake_moderator
    ),
    "end_silence": PersonAct(
        _("End the silence"),
        _may_restrain(lambda place: bool(place and place.silenced)),
        actions.end_silence,
    ),
    "silence": PersonAct(
        _("Silence"),
        _may_restrain(lambda place: not (place and place.silenced)),
        actions.silence,
        takes=("until", "reason"),
    ),
    "remove": PersonAct(_("Remove member"), _may_remove, actions.remove_member),
    "end_ban": PersonAct(
        _("Let back in"),
        _may_restrain(lambda place: bool(place and place.banned)),
        actions.end_ban,
    ),
    "ban": PersonAct(
        _("Ban from room"),
        _may_restrain(lambda place: not (place and place.banned)),
        actions.ban,
        takes=("reason",),
        danger=True,
    ),
    "end_site_ban": PersonAct(
        _("End the site ban"), _may_ban_from_site(False), actions.end_site_ban, of_site=True
    ),
    "site_ban": PersonAct(
        _("Ban from site"),
        _may_ban_from_site(True),
        actions.ban_from_site,
        takes=("reason",),
        danger=True,
        of_site=True,
    ),
}
