"""Rooms, and who may see them."""

from django.core.validators import MaxValueValidator
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from .member import Member, Role

SLUG_LENGTH = 80
SLOW_MAX = 3600  # seconds


def is_staff(user):
    """Whether the user has the rights of staff: superusers have all rights, said or not."""
    return user.is_staff or user.is_superuser


class Access(models.TextChoices):
    OPEN = "open", _("everybody who is logged in")
    MEMBERS = "members", _("members: people chosen for it")
    STAFF = "staff", _("staff")
    SUPERUSERS = "superusers", _("superusers")

    @classmethod
    def of(cls, user):
        """Return the kinds of rooms that the user may enter by being who they are. Into a room of
        members their place in it lets them, and out of any a ban: see standing.py."""
        if not user.is_active:  # nor is somebody who is not logged in
            return []
        return [
            cls.OPEN,
            *([cls.STAFF] if is_staff(user) else []),
            *([cls.SUPERUSERS] if user.is_superuser else []),
        ]


class Posting(models.TextChoices):
    """Who may write in a room, of those who may enter it."""

    EVERYONE = "everyone", _("everybody who may enter")
    MODERATORS = "moderators", _("moderators and staff")


class RoomQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the rooms that exist for this user: `Standing.may_enter` in SQL."""
        if not user.is_active:
            return self.none()
        places = Member.objects.filter(user=user).values("room")
        entered = models.Q(access=Access.MEMBERS, pk__in=places.exclude(role=Role.GUEST))
        rooms = self.filter(models.Q(access__in=Access.of(user)) | entered, deleting=False)
        return rooms.exclude(pk__in=places.filter(banned=True))

    def manageable_by(self, user):
        """Return the rooms that one of the staff finds in the admin: also those of members that
        they are none of, and those whose delete was broken off and can be asked for again."""
        return self.filter(access__in=[Access.MEMBERS, *Access.of(user)])

    def by_title(self):
        return self.order_by("title", "pk")

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class Room(models.Model):
    """A room. Its history hangs on `feed` and `messages`."""

    title = models.CharField(_("title"), max_length=100)
    slug = models.CharField(
        _("address"),
        max_length=SLUG_LENGTH,
        unique=True,
        editable=False,
        help_text=_("Made from the first title, and kept when the title changes."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    access = models.CharField(
        _("who may enter"), max_length=10, choices=Access.choices, default=Access.OPEN
    )
    locked = models.BooleanField(
        _("locked"),
        default=False,
        help_text=_("Everybody who may enter reads it; only staff change anything in it."),
    )
    posting = models.CharField(
        _("who may write"),
        max_length=10,
        choices=Posting,
        default=Posting.EVERYONE,
        db_default=Posting.EVERYONE,  # a process of the last release makes rooms during a deploy
    )
    slow = models.PositiveIntegerField(
        _("slow mode"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(SLOW_MAX)],
        help_text=_("Seconds between two messages of one person, moderators apart; 0 for none."),
    )
    # Set when a delete begins: a long history goes in several transactions, and nobody is to see
    # (or to write into) half a room meanwhile.
    deleting = models.BooleanField(default=False, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["title", "pk"]
        constraints = [
            # What bypasses save() has to bring an address: a room without one has no page.
            models.CheckConstraint(condition=~models.Q(slug=""), name="room_has_an_address"),
        ]

    def __str__(self):
        return self.title

    def save(self, **kwargs):
        """Save; a new room gets an address of its own, made from its title."""
        if self.slug:
            return super().save(**kwargs)
        for slug in slugs_for(self.title):
            if Room.objects.filter(slug=slug).exists():
                continue
            self.slug = slug
            try:
                with transaction.atomic(using=kwargs.get("using")):
                    return super().save(**kwargs)
            except IntegrityError:
                # Somebody took it between the question and the insert; or something else is wrong.
                self.slug = ""
                if not Room.objects.filter(slug=slug).exists():
                    raise

    def get_absolute_url(self):
        return reverse("room", args=[self.slug])

    def natural_key(self):
        return (self.slug,)


def slugs_for(title):
    """Yield addresses for a title, in order of preference: "tea", "tea-2", "tea-3" and so on."""
    base = slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "room"
    yield base
    number = 2
    while True:
        suffix = f"-{number}"
        yield base[: SLUG_LENGTH - len(suffix)].rstrip("-") + suffix
        number += 1
