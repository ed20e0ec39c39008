"""What the whole site keeps: who did what to whom, and when the hourly work was done."""

from .audit import Act, AuditEntry
from .chore import Chore

__all__ = ["Act", "AuditEntry", "Chore"]
