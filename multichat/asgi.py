"""The site as an ASGI application: `manage.py serve`, daphne and uvicorn all run this."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "multichat.settings")
pages = get_asgi_application()  # sets Django up: what follows needs its apps

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402

from chat.hub import Hub  # noqa: E402
from chat.routing import websocket_urlpatterns  # noqa: E402
from multichat.origins import SameOrigin  # noqa: E402
from multichat.proxies import TrustedProxies  # noqa: E402
from multichat.purging import Purging  # noqa: E402


async def lifespan(scope, receive, send):
    """The ASGI lifespan protocol: the hub and the hourly purge go with the process."""
    purging = Purging()
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            purging.start()
        else:
            await purging.end()
            await Hub.end_of_this_loop()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


sockets = SameOrigin(CookieMiddleware(URLRouter(websocket_urlpatterns)))
application = TrustedProxies(
    ProtocolTypeRouter({"http": pages, "websocket": sockets, "lifespan": lifespan}),
    settings.TRUSTED_PROXIES,
)
