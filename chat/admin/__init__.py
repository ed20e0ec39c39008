"""Rooms, messages, reports and the audit log in the admin. What is changed here goes through the
actions, as everywhere."""

from . import audit, messages, reports, rooms

__all__ = ["audit", "messages", "reports", "rooms"]
