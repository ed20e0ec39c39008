"""What the audit log says."""

from multichat.models import AuditEntry


def logged():
    """Return all entries, oldest first: (act, who, whom, the room's number and title, how, from
    where)."""
    names = ("act", "actor_name", "subject_name", "room", "room_title", "detail", "address")
    return list(AuditEntry.objects.order_by("pk").values_list(*names))
