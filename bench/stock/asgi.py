import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.stock.settings")
pages = get_asgi_application()

from .consumers import ChatConsumer  # noqa: E402 - models need the set-up

urlpatterns = []
application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("chat/stream/", ChatConsumer.as_asgi())]))
        ),
    }
)
