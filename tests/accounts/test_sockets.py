"""Tests of the sign-in of sockets: origins, sessions, tokens and tickets."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import ApplicationCommunicator
from django.test import Client
from pytest_django import Settings

from accounts.credentials import Credential
from accounts.models import ApiToken, User
from accounts.socket_tickets import issue_socket_ticket
from accounts.sockets import SocketSignIn, comes_from_this_site
from accounts.tokens import create_token, revoke_token


def headers(origin: bytes | None, host: bytes = b"good.example") -> dict[bytes, bytes]:
    """Return the headers that a browser sends."""
    return {b"host": host} | ({b"origin": origin} if origin is not None else {})


class TestOrigin:
    @pytest.fixture(autouse=True)
    def _site(self, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["good.example", ".family.example", "[::1]"]
        settings.CSRF_TRUSTED_ORIGINS = ["https://friend.example"]

    @pytest.mark.parametrize(
        ("origin", "host"),
        [
            (b"https://good.example", b"good.example"),
            (b"http://good.example:8000", b"good.example:8000"),
            (b"http://a.family.example", b"a.family.example"),
            (b"http://[::1]:8000", b"[::1]:8000"),
            (b"HTTPS://Good.Example", b"good.example"),
            (b"https://friend.example", b"good.example"),
        ],
    )
    def test_may_be_this_site(self, origin: bytes, host: bytes) -> None:
        assert comes_from_this_site(headers(origin, host), secure=False)

    @pytest.mark.parametrize(
        "origin",
        [
            None,
            b"",
            b"null",
            b"https://evil.example",
            b"https://good.example.evil.example",
            b"https://evilgood.example",
            b"https://good.example:8443",
            b"https://a.family.example",
            b"https://user@good.example",
            b"ftp://good.example",
            b"good.example",
            b"https://[good.example",
            b"https://good.example/\xff",
            b"http://friend.example",
        ],
    )
    def test_must_not_be_another_site(self, origin: bytes | None) -> None:
        assert not comes_from_this_site(headers(origin), secure=False)

    def test_must_use_https_if_the_site_does(self) -> None:
        assert not comes_from_this_site(headers(b"http://good.example"), secure=True)
        assert comes_from_this_site(headers(b"https://good.example"), secure=True)

    def test_is_refused_with_a_forged_host(self) -> None:
        forged = headers(b"https://evil.example", b"evil.example")
        assert not comes_from_this_site(forged, secure=False)


async def standing_with(query: str = "", **sent: str) -> Any:
    """Return the credential that the consumer finds with these headers, or the refusal."""
    seen: list[Credential | int] = []

    async def consumer(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["credential"] or scope["refusal"])

    named = {"host": "localhost", **sent}
    pairs = [(name.encode(), value.encode()) for name, value in named.items()]
    scope = {"type": "websocket", "path": "/", "headers": pairs, "query_string": query.encode()}
    connection: Any = ApplicationCommunicator(SocketSignIn(consumer), scope)  # type: ignore[no-untyped-call]
    await connection.send_input({"type": "websocket.connect"})
    await connection.wait()
    return seen[0] if seen else (await connection.receive_output())["code"]


@pytest.mark.django_db(transaction=True)
class TestSignIn:
    async def token(self, owner: User) -> tuple[ApiToken, str]:
        return await sync_to_async(create_token)(owner=owner, name="app", scopes=["jobs:read"])

    async def test_accepts_a_session_from_a_page_of_the_site(self, alice: User) -> None:
        client = Client()
        await sync_to_async(client.force_login)(alice)
        key = client.cookies["sessionid"].value
        cookie = f"theme=dark; sessionid={key}"

        assert await standing_with(cookie=cookie) == 4403
        credential = await standing_with(cookie=cookie, origin="http://localhost")
        assert credential == Credential(alice.pk, session_key=key)

    @pytest.mark.parametrize("cookie", ["", "sessionid=", "sessionid=unknown", "a=b", "\x01=;;="])
    async def test_finds_no_user_for_other_cookies(
        self, transactional_db: None, cookie: str
    ) -> None:
        assert await standing_with(cookie=cookie, origin="http://localhost") == 4401

    async def test_accepts_a_token_in_the_header_without_an_origin(self, alice: User) -> None:
        row, secret = await self.token(alice)

        credential = await standing_with(authorization=f"Bearer {secret}")

        assert credential == Credential(alice.pk, token_id=row.pk)

    async def test_refuses_a_token_that_was_revoked(self, alice: User) -> None:
        row, secret = await self.token(alice)
        await sync_to_async(revoke_token)(token=row)

        assert await standing_with(authorization=f"bearer {secret}") == 4401

    async def test_refuses_a_bad_token_even_with_a_good_session(self, alice: User) -> None:
        client = Client()
        await sync_to_async(client.force_login)(alice)
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        sent = {"cookie": cookie, "origin": "http://localhost", "authorization": "Bearer x\u00e9"}

        assert await standing_with(**sent) == 4401

    async def test_accepts_a_ticket_without_an_origin_once(self, alice: User) -> None:
        row, _secret = await self.token(alice)
        credential = Credential(alice.pk, token_id=row.pk)
        ticket = await sync_to_async(issue_socket_ticket)(credential=credential)

        assert await standing_with(f"a=b&ticket={ticket}") == credential
        assert await standing_with(f"ticket={ticket}") == 4403

    async def test_refuses_a_bad_ticket_even_with_a_good_session(self, alice: User) -> None:
        client = Client()
        await sync_to_async(client.force_login)(alice)
        cookie = f"sessionid={client.cookies['sessionid'].value}"

        for query in ("ticket=", "ticket=unknown"):
            found = await standing_with(query, cookie=cookie, origin="http://localhost")
            assert found == 4403

    @pytest.mark.parametrize("name", ["ticket", "token", "access_token"])
    async def test_accepts_no_token_in_the_address(self, alice: User, name: str) -> None:
        _row, secret = await self.token(alice)

        assert await standing_with(f"{name}={secret}") == 4403
