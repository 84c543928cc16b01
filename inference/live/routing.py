"""Addresses of the sockets."""

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from inference.live.consumer import JobsConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/v1/events/", JobsConsumer.as_asgi()),  # type: ignore[arg-type]  # ASGI, not a view
    # The last pattern refuses every other address; without it the log gets a traceback.
    re_path(r"", WebsocketDenier.as_asgi()),  # type: ignore[arg-type]
]
