"""Which pages may open a socket: those of this site."""

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import is_same_domain, split_domain_port, validate_host

PORTS = {"http": 80, "https": 443}


class Refusal(WebsocketDenier):
    """Answers a handshake with 403, without asking the channel layer for anything."""

    channel_layer_alias = None


class SameOrigin:
    """ASGI middleware that answers 403 to a handshake whose Origin is not the site's own.

    A browser sends cookies with a handshake from any page, so this is what CSRF tokens are for
    forms. The site's own origins are SITE_URL, CSRF_TRUSTED_ORIGINS (with Django's wildcards), and
    the request's own scheme with an allowed Host. Channels' AllowedHostsOriginValidator would take
    any scheme and port of an allowed host.
    """

    def __init__(self, application):
        self.application = application
        self.refusal = Refusal.as_asgi()

    async def __call__(self, scope, receive, send):
        answer = self.application if is_allowed(scope) else self.refusal
        return await answer(scope, receive, send)


def is_allowed(scope):
    """Whether the handshake in this ASGI scope comes from a page of the site."""
    headers = dict(scope["headers"])
    count = sum(name == b"origin" for name, _ in scope["headers"])
    origin = read_origin(headers.get(b"origin", b"").decode("latin-1"))
    if origin is None or count != 1:
        return False
    if any(matches(origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS):
        return True
    host = headers.get(b"host", b"").decode("latin-1").lower()
    domain, _ = split_domain_port(host)
    scheme = "https" if scope.get("scheme") == "wss" else "http"  # daphne says no scheme
    own = read_origin(f"{scheme}://{host}")
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS) and origin == own


def read_origin(text):
    """Return (scheme, host, port) of an Origin header's text, or None when it is none."""
    try:
        parts = urlsplit(text.lower())
        origin = (parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme))
    except ValueError:
        return None
    # An origin is no more than these three: no path, no user, no whitespace that urlsplit drops.
    bare = text.lower() == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    return origin if bare and all(origin) else None


def matches(origin, trusted):
    """Whether an origin is a trusted one, where https://*.example.com stands for all below it."""
    scheme, host, port = origin
    pattern = read_origin(trusted)
    return (
        pattern is not None
        and (scheme, port) == (pattern[0], pattern[2])
        and (host == pattern[1] or is_same_domain(host, pattern[1].removeprefix("*")))
    )
