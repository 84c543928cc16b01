"""The ASGI entry point: pages, API and sockets; in the embedded mode also the worker's keeper."""

import os
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
django_application = get_asgi_application()

# The apps must be ready before the rest can be imported.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from accounts.sockets import SocketSignIn  # noqa: E402
from inference.live.routing import websocket_urlpatterns  # noqa: E402
from styleweb import embedded  # noqa: E402

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

router = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": SocketSignIn(URLRouter(websocket_urlpatterns)),
    }
)


async def application(
    scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
) -> None:
    """Serve one connection, or start and stop what lives as long as the server."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await router(scope, receive, send)


async def _lifespan(receive: "ASGIReceiveCallable", send: "ASGISendCallable") -> None:
    await receive()
    if settings.EMBEDDED:
        await embedded.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if settings.EMBEDDED:
        await embedded.stop()
    await send({"type": "lifespan.shutdown.complete"})
