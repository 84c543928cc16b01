"""Tests of who may have a socket, how many, how much it may send, and for how long."""

import re
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core import mail
from django.db import OperationalError
from django.test import Client

from accounts.credentials import Credential
from accounts.models import ApiToken, User
from accounts.session_news import group_of
from accounts.socket_tickets import issue_socket_ticket
from accounts.tokens import create_token, revoke_token
from inference.live import admission, sender
from inference.live import consumer as consumers
from tests.inference.live.consumer.conftest import ADDRESS, Connect, greeted, session_of
from tests.support.factories import PASSWORD, make_job

pytestmark = pytest.mark.django_db(transaction=True)


def sign_out(_: User, cookie: bytes) -> None:
    Client(headers={"cookie": cookie.decode()}).post("/account/logout/")


def change_password(user: User, _: bytes) -> None:
    user.set_password(PASSWORD + "!")
    user.save()


def reset_password(user: User, _: bytes) -> None:
    browser = Client()
    browser.post("/account/password/reset/", {"email": user.email})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link
    form = browser.get(link[1], follow=True)
    new = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assert browser.post(form.request["PATH_INFO"], new).status_code == 302


def close_account(user: User, _: bytes) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


class TestOwner:
    async def test_is_disconnected_when_the_account_was_closed_without_a_signal(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(User.objects.filter(pk=alice.pk).update)(is_active=False)

        while (message := await socket.receive_output(timeout=30))["type"] == "websocket.send":
            pass
        assert message["code"] == 4401

    async def test_is_disconnected_when_the_session_ended_while_the_layer_was_away(
        self, connect: Connect, alice: User
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)
        await sync_to_async(User.objects.filter(pk=alice.pk).update)(is_active=False)

        layer = get_channel_layer()
        assert layer is not None
        await layer.group_send(group_of(alice.pk), {"type": "layer.returned"})

        assert (await socket.receive_output(timeout=30))["code"] == 4401

    @pytest.mark.parametrize("end", [sign_out, change_password, close_account])
    async def test_is_disconnected_at_once_when_the_session_ends(
        self, connect: Connect, alice: User, end: Callable[[User, bytes], None]
    ) -> None:
        cookie = await sync_to_async(session_of)(alice)
        socket = await connect(None, cookie=cookie)
        await greeted(socket)

        await sync_to_async(end)(alice, cookie)

        assert (await socket.receive_output(timeout=30))["code"] == 4401

    async def test_stays_when_another_session_signs_out(
        self, connect: Connect, alice: User
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(sign_out)(alice, await sync_to_async(session_of)(alice))
        await sync_to_async(alice.save)()

        assert await socket.receive_nothing(timeout=0.3)

    @pytest.mark.parametrize("text", ["[]", '{"type": "dance"}', "7", "{", "[" * 9999])
    async def test_may_send_unknown_messages(
        self, connect: Connect, alice: User, text: str
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_to(text_data=text)
        await socket.send_json_to({"type": "resume"})

        assert (await socket.receive_json_from(timeout=30))["type"] == "snapshot"

    async def test_may_not_send_too_many_messages(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(admission, "MESSAGES_PER_MINUTE", 2)
        socket = await connect(alice)
        await greeted(socket)

        for _ in range(3):
            await socket.send_json_to({"type": "pong"})

        assert (await socket.receive_output(timeout=30))["code"] == 4408

    async def test_may_send_as_many_again_a_minute_later(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(admission, "MESSAGES_PER_MINUTE", 2)
        monkeypatch.setattr(admission, "MINUTE_SECONDS", 0.0)
        socket = await connect(alice)
        await greeted(socket)

        for _ in range(5):
            await socket.send_json_to({"type": "pong"})

        assert await socket.receive_nothing()

    async def test_may_not_send_a_long_message(self, connect: Connect, alice: User) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "pong", "data": "x" * 65536})

        assert (await socket.receive_output(timeout=30))["code"] == 1009

    async def test_may_send_text_only(self, connect: Connect, alice: User) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_to(bytes_data=b"{}")

        assert (await socket.receive_output(timeout=30))["code"] == 1003

    async def test_may_open_ten_sockets(self, connect: Connect, alice: User) -> None:
        sockets = [await connect(alice) for _ in range(11)]
        for socket in sockets[:10]:
            await greeted(socket)

        await sockets[10].connect(timeout=30)

        assert (await sockets[10].receive_output(timeout=30))["code"] == 4429
        await sockets[0].disconnect()
        await greeted(await connect(alice))

    async def test_is_disconnected_for_a_moment_when_the_database_fails(
        self,
        connect: Connect,
        alice: User,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(*_: object) -> None:
            raise OperationalError

        monkeypatch.setattr(admission, "SOCKETS_PER_USER", 1)
        with monkeypatch.context() as failing:
            failing.setattr(sender, "events_since", fail)
            socket = await connect(alice)
            await socket.connect(timeout=30)
            await socket.receive_json_from(timeout=30)
            assert (await socket.receive_output(timeout=30))["code"] == 1012
            await socket.disconnect()

        assert "before its time" in caplog.text
        await greeted(await connect(alice))


class TestApp:
    async def token(self, owner: User, *scopes: str) -> tuple[ApiToken, bytes]:
        row, secret = await sync_to_async(create_token)(owner=owner, name="app", scopes=scopes)
        return row, f"Bearer {secret}".encode()

    async def test_gets_the_jobs_of_its_owner(self, connect: Connect, alice: User) -> None:
        job = await sync_to_async(make_job)(alice)
        _row, bearer = await self.token(alice, "jobs:read")

        frame = await greeted(await connect(None, authorization=bearer))

        assert [each["id"] for each in frame["data"]["jobs"]] == [str(job.pk)]

    async def test_connects_with_a_socket_ticket(self, connect: Connect, alice: User) -> None:
        row, _bearer = await self.token(alice, "jobs:read")
        credential = Credential(alice.pk, token_id=row.pk)
        ticket = await sync_to_async(issue_socket_ticket)(credential=credential)

        await greeted(await connect(None, b"null", f"{ADDRESS}?ticket={ticket}"))
        again = await connect(None, b"null", f"{ADDRESS}?ticket={ticket}")
        await again.connect(timeout=30)

        assert (await again.receive_output(timeout=30))["code"] == 4403

    async def test_needs_a_token_that_may_see_jobs(self, connect: Connect, alice: User) -> None:
        _row, bearer = await self.token(alice, "jobs:write", "photos:read")
        socket = await connect(None, authorization=bearer)
        await socket.connect(timeout=30)

        assert (await socket.receive_output(timeout=30))["code"] == 4403

    @pytest.mark.bar(46)
    @pytest.mark.parametrize("end", [change_password, reset_password, close_account])
    async def test_is_disconnected_at_once_when_its_user_ends_all_credentials(
        self, connect: Connect, alice: User, end: Callable[[User, bytes], None]
    ) -> None:
        _row, bearer = await self.token(alice, "jobs:read")
        socket = await connect(None, authorization=bearer)
        await greeted(socket)

        await sync_to_async(end)(alice, b"")

        assert (await socket.receive_output(timeout=30))["code"] == 4401

    async def test_is_disconnected_at_once_when_its_token_is_revoked(
        self, connect: Connect, alice: User
    ) -> None:
        row, bearer = await self.token(alice, "jobs:read")
        _other, other_bearer = await self.token(alice, "jobs:read")
        socket, stays = [await connect(None, authorization=each) for each in (bearer, other_bearer)]
        await greeted(socket)
        await greeted(stays)

        await sync_to_async(revoke_token)(token=row)

        assert (await socket.receive_output(timeout=30))["code"] == 4401
        assert await stays.receive_nothing(timeout=0.3)


class TestAnonymous:
    async def test_must_sign_in(self, connect: Connect, transactional_db: None) -> None:
        socket = await connect(None)
        await socket.connect(timeout=30)

        assert (await socket.receive_output(timeout=30))["code"] == 4401

    async def test_may_not_connect_from_another_site(self, connect: Connect, alice: User) -> None:
        connected, code = await (await connect(alice, b"https://evil.example")).connect(timeout=30)

        assert (connected, code) == (False, 4403)

    async def test_finds_no_socket_at_another_address(self, connect: Connect, alice: User) -> None:
        connected, _ = await (await connect(alice, address="/ws/v1/other/")).connect(timeout=30)

        assert not connected
