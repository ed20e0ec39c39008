"""The addresses of the sockets."""

from django.urls import path, re_path

from multichat.origins import Refusal

from .consumers import ChatConsumer

websocket_urlpatterns = [
    path("chat/stream/", ChatConsumer.as_asgi()),
    # Without a route Channels raises, which is a traceback in the log for every stray request.
    re_path("", Refusal.as_asgi()),
]
