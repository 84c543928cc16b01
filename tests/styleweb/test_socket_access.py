"""Who may open the socket, and that there is no other one."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from accounts.models import User
from inference.live.routing import websocket_urlpatterns
from styleweb.asgi import router
from tests.inference.live.consumer.conftest import ADDRESS, session_of

NOT_SIGNED_IN, WRONG_TICKET = 4401, 4403


@pytest.mark.django_db(transaction=True)
class TestSockets:
    def test_has_a_row_for_every_address(self) -> None:
        # The last pattern refuses everything else.
        assert [f"/{each.pattern}" for each in websocket_urlpatterns] == [ADDRESS, "/"]

    @pytest.mark.parametrize(
        ("column", "address", "closed_with"),
        [
            ("owner", ADDRESS, None),
            ("owner", f"{ADDRESS}?token=sw_x", None),
            ("nobody", ADDRESS, NOT_SIGNED_IN),
            ("nobody", f"{ADDRESS}?token=sw_x", NOT_SIGNED_IN),
            ("nobody", f"{ADDRESS}?ticket=x", WRONG_TICKET),
        ],
    )
    async def test_opens_for_users(
        self, alice: User, column: str, address: str, closed_with: int | None
    ) -> None:
        headers = [(b"origin", b"http://localhost"), (b"host", b"localhost")]
        if column == "owner":
            headers.append((b"cookie", await sync_to_async(session_of)(alice)))
        socket = WebsocketCommunicator(router, address, headers)
        await socket.connect(timeout=30)
        # Whom it does not know, it tells so: a browser cannot read the status of a refusal.
        first = await socket.receive_output(timeout=30)
        assert first.get("code") == closed_with
        assert (first["type"] == "websocket.send") == (closed_with is None)
        await socket.disconnect()

    async def test_refuses_every_other_address(self, alice: User) -> None:
        cookie = await sync_to_async(session_of)(alice)
        headers = [(b"origin", b"http://localhost"), (b"host", b"localhost"), (b"cookie", cookie)]
        socket = WebsocketCommunicator(router, "/ws/v1/", headers)
        connected, _code = await socket.connect(timeout=30)
        assert not connected
