"""Bars 38 to 40 of the reliability page: sockets that lost their right close, others come back."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.load.sockets import resident_mb, second_web
from tests.servers import wait_until
from tests.sites import EmbeddedSite, ProductionSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
SOON_SECONDS = 5
SOME = {"size": 256, "steps": 300}
MOST_GROWTH_MB = 20


def open_socket(site: Site, session: str, **options: Any) -> ClientConnection:
    port = options.pop("port", site.port)
    socket: ClientConnection = connect(
        f"ws://127.0.0.1:{port}/ws/v1/events/",
        origin=Origin(options.pop("origin", f"http://127.0.0.1:{port}")),
        additional_headers={"Cookie": f"sessionid={session}"},
        **options,
    )
    return socket


def frames(socket: ClientConnection, seconds: float) -> Iterator[dict[str, Any]]:
    """Yield what comes until `seconds` are over; an end of the socket is raised."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            yield json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return


def wait_for_snapshot(socket: ClientConnection) -> dict[str, Any]:
    return next(each["data"] for each in frames(socket, 60) if each["type"] == "snapshot")


def code_of_end(socket: ClientConnection, seconds: float) -> int | None:
    """Return the code that the socket is closed with, or None if it stays open that long."""
    try:
        for _ in frames(socket, seconds):
            pass
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    return None


@pytest.mark.bar(38)
class TestHandshake:
    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", ""]
    )
    def test_is_refused_to_pages_of_other_sites(self, site: Site, origin: str) -> None:
        session = site.call("sign_in", name="hanna")

        with pytest.raises(InvalidStatus) as refused:
            open_socket(site, session, origin=origin)

        assert refused.value.response.status_code == 403

    def test_is_refused_to_nobody(self, site: Site) -> None:
        with open_socket(site, "unknown") as socket:
            assert code_of_end(socket, SOON_SECONDS) == 4401

    def test_is_refused_to_an_eleventh_socket_in_whichever_process(
        self, production: ProductionSite
    ) -> None:
        session = production.call("sign_in", name="henry")
        web, port = second_web(production)
        with ExitStack() as stack:
            stack.callback(web.stop)
            for number in range(10):
                at = port if number % 2 else production.port
                socket = stack.enter_context(open_socket(production, session, port=at))
                wait_for_snapshot(socket)
            eleventh = stack.enter_context(open_socket(production, session))
            assert code_of_end(eleventh, SOON_SECONDS) == 4429

    def test_closes_what_says_too_much_at_once(self, site: Site) -> None:
        with open_socket(site, site.call("sign_in", name="hector")) as socket:
            socket.send("x" * 70_000)
            assert code_of_end(socket, SOON_SECONDS) == 1009


@pytest.mark.bar(40)
class TestEndOfRights:
    def test_closes_the_sockets_of_a_session_that_signs_out(self, site: Site) -> None:
        leaves, stays = (site.call("sign_in", name="ivan") for _ in range(2))
        with open_socket(site, leaves) as socket, open_socket(site, stays) as other:
            wait_for_snapshot(socket)
            wait_for_snapshot(other)

            site.call("sign_out", session=leaves)

            assert code_of_end(socket, SOON_SECONDS) == 4401
            assert code_of_end(other, 1) is None

    def test_closes_the_sockets_of_an_account_that_was_closed(self, site: Site) -> None:
        name = f"ivana-{time.time_ns()}"
        with open_socket(site, site.call("sign_in", name=name)) as socket:
            wait_for_snapshot(socket)

            site.call("close_account", name=name)

            assert code_of_end(socket, SOON_SECONDS) == 4401


@pytest.mark.bar(39)
class TestSlowReader:
    @pytest.mark.long
    def test_costs_little_and_learns_the_end(self, site: Site) -> None:
        name = f"judith-{time.time_ns()}"
        server = site.serve if isinstance(site, EmbeddedSite) else production_web(site)
        jobs = site.call("begin_steps", name=name, jobs=20)
        session = site.call("sign_in", name=name)
        with open_socket(site, session, max_queue=1, ping_interval=None) as socket:
            time.sleep(1)
            before = resident_mb(server)

            # A hundred events a second, of which nobody reads one.
            site.call("paint_steps", jobs=jobs, seconds=12, each_second=5)
            site.call("end_steps", jobs=jobs)

            assert resident_mb(server) - before <= MOST_GROWTH_MB
            ended: set[str] = set()
            for frame in frames(socket, 4):
                if frame["type"] == "job" and frame["data"]["state"] == "canceled":
                    ended.add(frame["data"]["id"])
                if len(ended) == len(jobs):
                    break
            assert ended == set(jobs)


def production_web(site: Site) -> Any:
    assert isinstance(site, ProductionSite)
    return site.web


@pytest.mark.bar(40)
class TestRedisAway:
    @pytest.mark.long
    def test_leads_to_the_true_state_soon_after(self, production: ProductionSite) -> None:
        session = production.call("sign_in", name="karl")
        job = production.call("submit", name="karl", **SOME)
        production.wait_until_painted(job)
        with open_socket(production, session) as socket:
            wait_for_snapshot(socket)
            production.redis.stop()
            closed = code_of_end(socket, 5)
        time.sleep(5)
        production.redis.start()

        back = time.monotonic()
        wait_until(lambda: tells_the_truth(production, session, job), "the true state", 30)

        assert closed in {1012, 1006}
        assert time.monotonic() - back < SOON_SECONDS
        production.wait_for(job, "succeeded")
        assert tells_the_truth(production, session, job)


def tells_the_truth(site: Site, session: str, job: str) -> bool:
    """Connect as a page does, and tell whether the first snapshot has the job as it is."""
    try:
        with open_socket(site, session, open_timeout=5) as socket:
            jobs = wait_for_snapshot(socket)["jobs"]
    except (ConnectionClosed, OSError, StopIteration):
        return False
    told = next(each for each in jobs if each["id"] == job)
    return bool(told["state"] in {"running", site.call("look", job=job)["state"]})
