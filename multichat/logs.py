"""Where the log goes, and what must not stand in it."""

import logging
import re

# What the addresses of links carry that let their reader in: see accounts/urls.py.
SECRET = {"code", "key"}
LINK = re.compile(r"/accounts/[^/]+/(?=.)")  # what stands before a code


class WithoutCodes(logging.Filter):
    """Writes the pattern of an address instead of the address, where that carries a code.

    Django logs each answer of 400 and above with its path, and also a good link may be answered so:
    with 429, say.
    """

    def filter(self, record):
        request = getattr(record, "request", None)
        if shown := address_without_code(request):
            record.args = tuple(shown if arg == request.path else arg for arg in record.args)
        return True


def address_without_code(request):
    """Return what to write for the address of a request, or None where it may stand as it is. One
    that leads nowhere may be a link that was copied with a full stop."""
    if match := getattr(request, "resolver_match", None):
        return f"/{match.route}" if SECRET & match.kwargs.keys() else None
    astray = LINK.match(getattr(request, "path", ""))
    return f"{astray[0]}…" if astray else None


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_codes": {"()": "multichat.logs.WithoutCodes"}},
    "handlers": {
        "none": {"class": "logging.NullHandler"},
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_codes"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A stranger's: answered with 400.
        "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
    },
}
