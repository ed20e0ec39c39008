"""One hub per process (per event loop): who is here, what they have seen, delivery, the sweep."""

from .hub import Hub
from .socket import Socket

__all__ = ["Hub", "Socket"]
