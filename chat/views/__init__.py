"""The pages: the dashboard, a room's own page, what is done to people there, reports."""

from .dashboard import dashboard
from .people import person
from .reports import report
from .rooms import about, add_member, new_room

__all__ = ["about", "add_member", "dashboard", "new_room", "person", "report"]
