"""Tests of the right to open a socket, of its limits, and of the end of that right."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.faults.apps import app_of
from tests.load.sockets import resident_mb, second_web
from tests.support.bars import Keep, Record
from tests.support.servers import PATIENCE_SECONDS, wait_until
from tests.support.sites import ProductionSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
PROMPT_SECONDS = 5
ENDED = {"succeeded", "failed", "canceled", "expired"}


def open_socket(
    site: Site,
    session: str = "",
    *,
    origin: str | None = None,
    query: str = "",
    port: int | None = None,
    **options: Any,
) -> ClientConnection:
    """Open a socket as a page of this or of another site does; `port` picks another process."""
    # A full buffer stops the client's answers to pings too, and most tests read only at the end.
    options.setdefault("max_queue", None)
    origin = f"http://127.0.0.1:{port or site.port}" if origin is None else origin
    socket: ClientConnection = connect(
        f"ws://127.0.0.1:{port or site.port}/ws/v1/events/{query}",
        origin=Origin(origin) if origin else None,
        additional_headers={"Cookie": f"sessionid={session}"},
        **options,
    )
    return socket


def receive(socket: ClientConnection, kind: str, seconds: float = 30) -> Any:
    """Return the data of the next frame of this kind."""
    while True:
        frame = json.loads(socket.recv(timeout=seconds))
        if frame["type"] == kind:
            return frame["data"]


def close_code(socket: ClientConnection, seconds: float = PATIENCE_SECONDS) -> int:
    """Read a socket until the server closes it; return the close code."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            socket.recv(timeout=max(0.1, end - time.monotonic()))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    return pytest.fail("the socket stays open")


@contextmanager
def listening(site: Site, name: str, **options: Any) -> Iterator[tuple[str, ClientConnection]]:
    """Yield a new session of the person called `name`, and a socket that has its snapshot."""
    session = site.call("sign_in", name=name)
    with open_socket(site, session, **options) as socket:
        receive(socket, "snapshot")
        yield session, socket


@pytest.mark.bar(38)
class TestHandshake:
    def test_refuses_pages_of_other_sites(self, site: Site, record_bar: Record) -> None:
        session = site.call("sign_in", name="zoe")
        port = site.port
        foreign = [
            "https://evil.example",
            "null",
            "",
            f"http://127.0.0.1:{port}.evil.example",
            f"http://127.0.0.1.evil.example:{port}",
        ]
        for origin in foreign:
            with pytest.raises(InvalidStatus) as refused:
                open_socket(site, session, origin=origin)
            assert refused.value.response.status_code == 403

        record_bar(38, f"{site.kind}: {len(foreign)} foreign pages refused")

    def test_ignores_a_token_in_the_address(self, site: Site) -> None:
        token = app_of(site, "zoe").headers["Authorization"].split()[1]
        with pytest.raises(InvalidStatus):
            open_socket(site, origin="", query=f"?token={token}")

    def test_accepts_a_ticket_once(self, site: Site, record_bar: Record) -> None:
        _status, answer = app_of(site, "zoe").send("POST", "/ws-tickets/")
        query = f"?ticket={answer['ticket']}"
        with open_socket(site, origin="", query=query) as socket:
            receive(socket, "snapshot")
        with open_socket(site, origin="", query=query) as socket:
            assert close_code(socket) == 4403
        record_bar(38, f"{site.kind}: ticket good once")

    def test_refuses_an_unknown_session(self, site: Site) -> None:
        with open_socket(site, "unknown") as socket:
            assert close_code(socket) == 4401

    def test_sends_nothing_about_other_people(self, site: Site) -> None:
        job = site.call("submit", name="zoe", steps=1)
        with listening(site, f"stranger-{uuid4().hex[:8]}") as (_session, socket):
            site.wait_for(job, "succeeded")
            socket.send('{"type": "resume"}')
            assert receive(socket, "snapshot") == {"jobs": []}


def wakes_to_the_end(site: Site, name: str, socket: ClientConnection) -> None:
    """Read the waiting frames until the job has ended; reconnect if the server closed."""
    try:
        while receive(socket, "job")["state"] not in ENDED:
            pass
    except ConnectionClosed:
        [seen] = jobs_seen(site, name)
        assert seen["state"] in ENDED


@pytest.mark.bar(39)
class TestCost:
    @pytest.mark.timeout(400)
    def test_uses_little_memory_for_a_slow_reader_and_sends_it_the_end(
        self, production: ProductionSite, record_bar: Record, keep_bar: Keep, *, full: bool
    ) -> None:
        seconds = 60 if full else 4
        name = f"sleeper-{uuid4().hex[:8]}"
        job = production.call("submit", name=name, size=64, steps=2000)
        # The client answers no pings either, so the server may have closed the socket by the end.
        asleep = listening(production, name, max_queue=1, ping_interval=None)
        with asleep as (_session, socket):
            before = resident_mb(production.web)
            sent = production.call("tell_often", job=job, seconds=seconds, each_second=100)
            grown = resident_mb(production.web) - before
            production.call("cancel", job=job)
            woken = time.monotonic()
            wakes_to_the_end(production, name, socket)
            took = time.monotonic() - woken

        record_bar(39, f"{sent} events unread: {grown:.1f} MiB more, the end {took:.1f} s after")
        assert grown <= 20
        keep_bar(took, 2)

    def test_closes_on_a_message_that_is_too_long(self, site: Site) -> None:
        with listening(site, "yan") as (_session, socket):
            socket.send(json.dumps({"type": "x" * 65 * 1024}))
            assert close_code(socket) == 1009

    def test_closes_on_too_many_messages(self, site: Site) -> None:
        with listening(site, "yan") as (_session, socket):
            for _ in range(121):
                socket.send('{"type": "nothing"}')
            assert close_code(socket) == 4408

    def test_refuses_an_eleventh_socket(self, site: Site, record_bar: Record) -> None:
        name = f"tabs-{uuid4().hex[:8]}"
        session = site.call("sign_in", name=name)
        with ExitStack() as stack:
            for _ in range(10):
                receive(stack.enter_context(open_socket(site, session)), "snapshot")
            assert close_code(stack.enter_context(open_socket(site, session))) == 4429
        record_bar(39, f"{site.kind}: 1009, 4408 and 4429 where due")

    def test_refuses_an_eleventh_socket_across_processes(self, production: ProductionSite) -> None:
        session = production.call("sign_in", name=f"tabs-{uuid4().hex[:8]}")
        web, port = second_web(production)
        with ExitStack() as stack:
            stack.callback(web.stop)
            for number in range(10):
                at = port if number % 2 else production.port
                socket = stack.enter_context(open_socket(production, session, port=at))
                receive(socket, "snapshot")
            assert close_code(stack.enter_context(open_socket(production, session))) == 4429


def jobs_seen(site: Site, name: str) -> list[dict[str, Any]]:
    """Return the jobs in the snapshot of a new socket."""
    with open_socket(site, site.call("sign_in", name=name)) as socket:
        jobs: list[dict[str, Any]] = receive(socket, "snapshot")["jobs"]
        return jobs


def hear_end(socket: ClientConnection, job: str) -> Any:
    """Return the snapshot of the job's end; only pings may be 20 seconds apart."""
    while (seen := receive(socket, "job", PATIENCE_SECONDS))["id"] != job or (
        seen["state"] not in ENDED
    ):
        pass
    return seen


@pytest.mark.bar(40)
class TestEnd:
    @pytest.mark.parametrize("how", ["sign_out", "change_password", "close_account"])
    def test_comes_soon_after_the_user_lost_access(
        self, site: Site, how: str, record_bar: Record, keep_bar: Keep
    ) -> None:
        name = f"leaver-{uuid4().hex[:8]}"
        with listening(site, name) as (session, socket):
            whom = {"session": session} if how == "sign_out" else {"name": name}
            began = time.monotonic()
            site.call(how, **whom)
            code = close_code(socket)
            took = time.monotonic() - began

        assert code == 4401
        keep_bar(took, PROMPT_SECONDS)
        record_bar(40, f"{site.kind}: {how} {took:.1f} s")

    def test_keeps_the_other_session_of_a_person_open(self, site: Site) -> None:
        name = f"leaver-{uuid4().hex[:8]}"
        with (
            listening(site, name) as (leaves, socket),
            listening(site, name) as (_stays, other),
        ):
            site.call("sign_out", session=leaves)

            assert close_code(socket) == 4401
            with pytest.raises(TimeoutError):
                receive(other, "job", seconds=1)

    @pytest.mark.parametrize("away", [0, 5])
    def test_shows_every_end_of_a_job_after_redis_was_down(
        self, production: ProductionSite, away: float, record_bar: Record, keep_bar: Keep
    ) -> None:
        name = f"patient-{uuid4().hex[:8]}"
        job = production.call("submit", name=name, size=64, steps=250)
        production.wait_until_painted(job)
        with (
            listening(production, name) as (_session, socket),
            listening(production, name) as (_session, other),
        ):
            production.redis.crash()
            time.sleep(away)
            production.redis.start()
            wait_until(production.is_ready, "the site's return")

            production.wait_for(job, "succeeded")
            ended = time.monotonic()
            states = [hear_end(each, job)["state"] for each in (socket, other)]
            took = time.monotonic() - ended

            again = production.call("submit", name=name, size=64, steps=1)
            heard = [hear_end(each, again)["state"] for each in (socket, other)]

        assert states == heard == ["succeeded", "succeeded"]
        keep_bar(took, PROMPT_SECONDS)
        record_bar(40, f"Redis away {away} s: sockets stay, true state {took:.1f} s after the end")
