"""Sign-in of sockets. A page uses its session cookie; an app uses its token or a socket ticket."""

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.credentials import Credential, credential_of_session, credential_of_token
from accounts.socket_tickets import redeem_socket_ticket

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

NOT_SIGNED_IN, REFUSED = 4401, 4403
SCHEME = b"bearer "


class SocketSignIn:
    """Adds the client's `credential` to the scope, or None and the close code of the refusal.

    A cookie counts only for pages of this site: a browser also sends it from pages of other sites,
    and no CSRF token protects a handshake. The Authorization header and a socket ticket do not need
    this check, because a page cannot make a browser send a secret that the page does not know. An
    API token in the address is ignored, because servers write addresses to logs.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(
        self, scope: Any, receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        """Sign the client in, or refuse the handshake of a page of another site with a 403."""
        headers, ticket = dict(scope["headers"]), _ticket_in(scope["query_string"])
        refusal = NOT_SIGNED_IN
        authorization = headers.get(b"authorization", b"")
        if authorization[: len(SCHEME)].lower() == SCHEME:
            token = authorization[len(SCHEME) :].strip().decode("ascii", errors="replace")
            credential = await database_sync_to_async(credential_of_token)(token)
        # A bad ticket is refused even if the cookie is good: the client chose to use a ticket.
        elif ticket is not None:
            credential = await database_sync_to_async(redeem_socket_ticket)(ticket)
            refusal = REFUSED
        elif comes_from_this_site(headers, secure=settings.HTTPS):
            credential = await _by_cookie(headers.get(b"cookie", b""))
        else:
            # The server sends `websocket.connect` first. A refusal is allowed only after it.
            await receive()
            await send({"type": "websocket.close", "code": REFUSED, "reason": ""})
            return
        known = {"credential": credential, "refusal": refusal}
        await self.application({**scope, **known}, receive, send)


def comes_from_this_site(headers: dict[bytes, bytes], *, secure: bool) -> bool:
    """Return whether the Origin is a page of this host, or one that the operator trusts.

    A missing Origin and `null` are not pages of this site.
    """
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    host = headers.get(b"host", b"").decode("latin-1").lower()
    # Without this check, a client can send any Host and an Origin that matches it.
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    # A site with HTTPS does not trust a page that was loaded without HTTPS.
    schemes = ("https",) if secure else ("https", "http")
    return origin in {f"{scheme}://{host}" for scheme in schemes}


def _ticket_in(query: bytes) -> str | None:
    values = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("ticket")
    return values[0] if values else None


async def _by_cookie(header: bytes) -> Credential | None:
    try:
        cookies = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return None
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    if session is None:
        return None
    return await database_sync_to_async(credential_of_session)(session.value)
