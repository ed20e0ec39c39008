"""Who is asking, when reverse proxies stand between: as many forwarded hops as the site trusts."""

from ipaddress import ip_address


class TrustedProxies:
    """ASGI middleware that takes the client's address and scheme from the headers of proxies.

    Each proxy appends what it saw to X-Forwarded-For and X-Forwarded-Proto, so with N trusted
    proxies the Nth entry from the right is what the outermost of them saw; what stands further left
    came from the client and may be anything. With 0 both headers are ignored. Pages, sockets and
    rate limits all read what is set here.
    """

    def __init__(self, application, hops):
        self.application = application
        self.hops = hops

    async def __call__(self, scope, receive, send):
        if self.hops and scope["type"] in ("http", "websocket"):
            scope = self.seen_by_outermost(scope)
        return await self.application(scope, receive, send)

    def seen_by_outermost(self, scope):
        """Return the scope as the outermost trusted proxy saw it."""
        scope = dict(scope)
        addresses = forwarded(scope, b"x-forwarded-for")
        if len(addresses) >= self.hops and (address := read_address(addresses[-self.hops])):
            scope["client"] = [address, 0]
        protocols = forwarded(scope, b"x-forwarded-proto")
        # A proxy that replaces the header instead of appending leaves one entry.
        protocol = protocols[-min(self.hops, len(protocols))] if protocols else None
        if protocol in ("http", "https"):
            plain, secure = ("ws", "wss") if scope["type"] == "websocket" else ("http", "https")
            scope["scheme"] = secure if protocol == "https" else plain
        return scope


def read_address(entry):
    """Return the IP address in an entry, which some proxies write with a port; None for others."""
    bare = entry[1 : entry.find("]")] if entry.startswith("[") else entry
    if bare.count(":") == 1:
        bare = bare.split(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def forwarded(scope, name):
    """Return a header's entries, outermost first, from all its lines."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [entry.strip() for entry in ",".join(lines).split(",") if entry.strip()]
