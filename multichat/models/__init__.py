"""What the whole site keeps: who did what to whom, what was tried how often, and chores."""

from .audit import Act, AuditEntry
from .chore import Chore
from .tally import Tally

__all__ = ["Act", "AuditEntry", "Chore", "Tally"]
