"""The ASGI entry point: pages, API, sockets, and the worker's supervisor in the embedded mode."""

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
    from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")


def _make_router() -> "ProtocolTypeRouter":
    """Load the Django apps first, then import the rest, because the rest needs them."""
    pages = get_asgi_application()

    from channels.routing import ProtocolTypeRouter, URLRouter

    from accounts.sockets import SocketSignIn
    from common.body_limit import BodyLimit
    from inference.live.routing import websocket_urlpatterns

    sockets = SocketSignIn(URLRouter(websocket_urlpatterns))
    return ProtocolTypeRouter({"http": BodyLimit(pages), "websocket": sockets})


router = _make_router()


async def application(
    scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
) -> None:
    """Serve one connection. For the scope "lifespan", start and stop the embedded parts."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await router(scope, receive, send)


async def _lifespan(receive: "ASGIReceiveCallable", send: "ASGISendCallable") -> None:
    from styleweb import embedded

    await receive()
    if settings.EMBEDDED:
        await embedded.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if settings.EMBEDDED:
        await embedded.stop()
    await send({"type": "lifespan.shutdown.complete"})
