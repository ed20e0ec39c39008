"""What must not stand in a log."""

import logging

# What the addresses of links carry that let their reader in: see accounts/urls.py.
SECRET = {"code", "key"}


class WithoutCodes(logging.Filter):
    """Writes the pattern of an address instead of the address, where that carries a code.

    Django logs each answer of 400 and above with its path, and also a good link may be answered so:
    with 429, say.
    """

    def filter(self, record):
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        if match and SECRET & match.kwargs.keys():
            record.args = tuple(
                f"/{match.route}" if arg == request.path else arg for arg in record.args
            )
        return True
