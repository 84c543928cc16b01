"""Tests of the events socket, asked by the owner, by a stranger and by nobody."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer, get_channel_layer
from channels.testing import WebsocketCommunicator
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from accounts.models import ApiToken, User
from accounts.socket_tickets import issue_ticket
from accounts.standing import Standing
from accounts.tokens import create_token, revoke_token
from inference import consumers, progress
from inference.consumers import JobsConsumer
from inference.services.jobs import cancel_job
from inference.services.proofs import cancel_proofs
from styleweb.asgi import router
from tests.factories import PASSWORD, finished_job, make_job, make_sheet, make_tile

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/ws/v1/events/"
Connect = Callable[..., Coroutine[Any, Any, WebsocketCommunicator]]


def session_of(user: User) -> bytes:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}".encode()


def sign_out(_: User, cookie: bytes) -> None:
    Client(headers={"cookie": cookie.decode()}).post("/account/logout/")


def change_password(user: User, _: bytes) -> None:
    user.set_password(PASSWORD + "!")
    user.save()


def close_account(user: User, _: bytes) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


@pytest.fixture(autouse=True)
def _nobody_is_connected() -> None:
    cache.clear()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Return a function that opens a socket for a user; all are closed at the end."""
    opened: list[WebsocketCommunicator] = []

    async def open_socket(
        user: User | None,
        origin: bytes = b"http://localhost",
        address: str = ADDRESS,
        **more: bytes,
    ) -> WebsocketCommunicator:
        headers = [(b"origin", origin), (b"host", b"localhost")]
        headers += [(name.encode(), value) for name, value in more.items()]
        if user is not None:
            headers.append((b"cookie", await sync_to_async(session_of)(user)))
        socket = WebsocketCommunicator(router, address, headers)
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        if socket.future is not None and not socket.future.done():
            await socket.disconnect()


async def greeted(socket: WebsocketCommunicator) -> dict[str, Any]:
    """Connect, check the greeting, and return the first snapshot frame."""
    connected, _ = await socket.connect(timeout=5)
    assert connected
    hello = await socket.receive_json_from(timeout=5)
    assert (hello["v"], hello["type"], hello["seq"]) == (1, "hello", 1)
    frame: dict[str, Any] = await socket.receive_json_from(timeout=5)
    assert (frame["type"], frame["seq"]) == ("snapshot", 2)
    return frame


async def wait_for_frame(socket: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind; some others are passed over."""
    for _ in range(50):
        frame: dict[str, Any] = await socket.receive_json_from(timeout=5)
        if frame["type"] == kind:
            return frame
    return pytest.fail(f"no {kind} came")


class TestOwner:
    async def test_gets_active_and_recent_jobs_first(self, connect: Connect, alice: User) -> None:
        done = await sync_to_async(finished_job)(alice)
        waiting = await sync_to_async(make_job)(alice)

        frame = await greeted(await connect(alice))

        ids = [job["id"] for job in frame["data"]["jobs"]]
        assert ids == [str(waiting.pk), str(done.pk)]

    async def test_gets_each_change_as_a_whole_snapshot(
        self, connect: Connect, alice: User
    ) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(cancel_job)(job=job)

        frame = await socket.receive_json_from(timeout=5)
        assert (frame["type"], frame["seq"]) == ("job", 3)
        assert (frame["data"]["id"], frame["data"]["state"]) == (str(job.pk), "canceled")

    async def test_gets_each_proof_as_it_comes(self, connect: Connect, alice: User) -> None:
        sheet = await sync_to_async(make_sheet)(alice)
        style = await sheet.styles.aget()
        tile = await sync_to_async(make_tile)(sheet.photo, style)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(progress.publish_tile)(tile, sheet_id=sheet.pk)
        await sync_to_async(cancel_proofs)(sheet=sheet)

        first = await socket.receive_json_from(timeout=5)
        assert (first["type"], first["data"]["tile"]["style"]) == ("proof.tile", style.slug)
        second = await socket.receive_json_from(timeout=5)
        assert (second["type"], second["data"]["state"]) == ("proof", "canceled")

    async def test_gets_a_fresh_snapshot_on_resuming(self, connect: Connect, alice: User) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "resume", "seq": 1})

        assert (await socket.receive_json_from(timeout=5))["type"] == "snapshot"

    async def test_is_pinged(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        assert (await socket.receive_json_from(timeout=5))["type"] == "ping"

    async def test_is_sent_away_when_the_account_was_closed_behind_our_back(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(User.objects.filter(pk=alice.pk).update)(is_active=False)

        while (message := await socket.receive_output(timeout=5))["type"] == "websocket.send":
            pass
        assert message["code"] == 4401

    @pytest.mark.parametrize("end", [sign_out, change_password, close_account])
    async def test_is_sent_away_at_once_when_the_right_ends(
        self, connect: Connect, alice: User, end: Callable[[User, bytes], None]
    ) -> None:
        cookie = await sync_to_async(session_of)(alice)
        socket = await connect(None, cookie=cookie)
        await greeted(socket)

        await sync_to_async(end)(alice, cookie)

        assert (await socket.receive_output(timeout=5))["code"] == 4401

    async def test_stays_when_another_session_signs_out(
        self, connect: Connect, alice: User
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(sign_out)(alice, await sync_to_async(session_of)(alice))
        await sync_to_async(alice.save)()

        assert await socket.receive_nothing(timeout=0.3)

    @pytest.mark.parametrize("text", ["[]", '{"type": "dance"}', "7", "{", "[" * 9999])
    async def test_may_say_what_is_not_known(
        self, connect: Connect, alice: User, text: str
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_to(text_data=text)
        await socket.send_json_to({"type": "resume"})

        assert (await socket.receive_json_from(timeout=5))["type"] == "snapshot"

    async def test_may_not_chatter(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "MESSAGES_PER_MINUTE", 2)
        socket = await connect(alice)
        await greeted(socket)

        for _ in range(3):
            await socket.send_json_to({"type": "pong"})

        assert (await socket.receive_output(timeout=5))["code"] == 4408

    async def test_may_say_as_much_again_a_minute_later(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "MESSAGES_PER_MINUTE", 2)
        monkeypatch.setattr(consumers, "MINUTE_SECONDS", 0.0)
        socket = await connect(alice)
        await greeted(socket)

        for _ in range(5):
            await socket.send_json_to({"type": "pong"})

        assert await socket.receive_nothing()

    async def test_may_not_send_much_at_once(self, connect: Connect, alice: User) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "pong", "data": "x" * 65536})

        assert (await socket.receive_output(timeout=5))["code"] == 1009

    async def test_may_send_text_only(self, connect: Connect, alice: User) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_to(bytes_data=b"{}")

        assert (await socket.receive_output(timeout=5))["code"] == 1003

    async def test_may_open_ten_sockets(self, connect: Connect, alice: User) -> None:
        sockets = [await connect(alice) for _ in range(11)]
        for socket in sockets[:10]:
            await greeted(socket)

        await sockets[10].connect(timeout=5)

        assert (await sockets[10].receive_output(timeout=5))["code"] == 4429
        await sockets[0].disconnect()
        await greeted(await connect(alice))

    async def test_is_sent_away_for_a_moment_when_the_database_fails(
        self,
        connect: Connect,
        alice: User,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async def fail(_: JobsConsumer) -> None:
            raise OperationalError

        monkeypatch.setattr(consumers, "SOCKETS_PER_USER", 1)
        with monkeypatch.context() as failing:
            failing.setattr(JobsConsumer, "_read_jobs", fail)
            socket = await connect(alice)
            await socket.connect(timeout=5)
            await socket.receive_json_from(timeout=5)
            assert (await socket.receive_output(timeout=5))["code"] == 1012
            await socket.disconnect()

        assert "before its time" in caplog.text
        await greeted(await connect(alice))

    async def test_gets_only_the_end_while_nobody_looks(
        self, connect: Connect, alice: User
    ) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "visibility", "hidden": True})
        await socket.receive_nothing(timeout=0.1)
        await sync_to_async(progress.publish)(job.pk)
        assert await socket.receive_nothing()
        await sync_to_async(cancel_job)(job=job)

        frame = await socket.receive_json_from(timeout=5)
        assert (frame["type"], frame["data"]["state"]) == ("job", "canceled")

    async def test_gets_a_fresh_snapshot_when_looking_again(
        self, connect: Connect, alice: User
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "visibility", "hidden": True})
        await socket.send_json_to({"type": "visibility", "hidden": False})
        await socket.send_json_to({"type": "visibility", "hidden": False})

        assert (await socket.receive_json_from(timeout=5))["type"] == "snapshot"
        assert await socket.receive_nothing()

    async def test_hears_again_after_the_layer_forgot_it(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)
        layer = get_channel_layer()
        assert isinstance(layer, InMemoryChannelLayer)
        layer.groups.clear()
        await wait_for_frame(socket, "ping")

        await sync_to_async(progress.publish)(job.pk)

        assert (await wait_for_frame(socket, "job"))["data"]["id"] == str(job.pk)


class TestApp:
    async def token(self, owner: User, *scopes: str) -> tuple[ApiToken, bytes]:
        row, secret = await sync_to_async(create_token)(owner=owner, name="app", scopes=scopes)
        return row, f"Bearer {secret}".encode()

    async def test_hears_of_its_owners_jobs(self, connect: Connect, alice: User) -> None:
        job = await sync_to_async(make_job)(alice)
        _row, bearer = await self.token(alice, "jobs:read")

        frame = await greeted(await connect(None, authorization=bearer))

        assert [each["id"] for each in frame["data"]["jobs"]] == [str(job.pk)]

    async def test_comes_in_by_a_ticket(self, connect: Connect, alice: User) -> None:
        row, _bearer = await self.token(alice, "jobs:read")
        standing = Standing(alice.pk, token_id=row.pk)
        ticket = await sync_to_async(issue_ticket)(standing=standing)

        await greeted(await connect(None, b"null", f"{ADDRESS}?ticket={ticket}"))
        again = await connect(None, b"null", f"{ADDRESS}?ticket={ticket}")
        await again.connect(timeout=5)

        assert (await again.receive_output(timeout=5))["code"] == 4403

    async def test_needs_a_token_that_may_see_jobs(self, connect: Connect, alice: User) -> None:
        _row, bearer = await self.token(alice, "jobs:write", "photos:read")
        socket = await connect(None, authorization=bearer)
        await socket.connect(timeout=5)

        assert (await socket.receive_output(timeout=5))["code"] == 4403

    async def test_is_sent_away_at_once_when_its_token_is_revoked(
        self, connect: Connect, alice: User
    ) -> None:
        row, bearer = await self.token(alice, "jobs:read")
        _other, other_bearer = await self.token(alice, "jobs:read")
        socket, stays = [await connect(None, authorization=each) for each in (bearer, other_bearer)]
        await greeted(socket)
        await greeted(stays)

        await sync_to_async(revoke_token)(token=row)

        assert (await socket.receive_output(timeout=5))["code"] == 4401
        assert await stays.receive_nothing(timeout=0.3)


class TestStranger:
    async def test_sees_nothing_of_others(self, connect: Connect, alice: User, bob: User) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(bob)

        frame = await greeted(socket)
        await sync_to_async(progress.publish)(job.pk)
        sheet = await sync_to_async(make_sheet)(alice)
        await sync_to_async(progress.publish_sheet)(sheet.pk)

        assert frame["data"]["jobs"] == []
        assert await socket.receive_nothing()


class TestNobody:
    async def test_is_told_to_sign_in(self, connect: Connect, transactional_db: None) -> None:
        socket = await connect(None)
        await socket.connect(timeout=5)

        assert (await socket.receive_output(timeout=5))["code"] == 4401

    async def test_may_not_connect_from_another_site(self, connect: Connect, alice: User) -> None:
        connected, code = await (await connect(alice, b"https://evil.example")).connect(timeout=5)

        assert (connected, code) == (False, 4403)

    async def test_finds_no_socket_at_another_address(self, connect: Connect, alice: User) -> None:
        connected, _ = await (await connect(alice, address="/ws/v1/other/")).connect(timeout=5)

        assert not connected
