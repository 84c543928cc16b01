"""Tests that a worker's progress reaches the browser's socket, through each kind of site."""

import json
import time
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.support.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]


def open_socket(site: Site) -> ClientConnection:
    session = site.call("sign_in")
    return connect(
        f"ws://127.0.0.1:{site.port}/ws/v1/events/",
        origin=Origin(site.address),
        additional_headers={"Cookie": f"sessionid={session}"},
    )


def receive(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the data of the next frame of this kind; skip other frames, such as pings."""
    while True:
        frame = json.loads(socket.recv(timeout=60))
        if frame["type"] == kind:
            data: dict[str, Any] = frame["data"]
            return data


class TestSocket:
    def test_shows_a_job_from_waiting_to_done(self, site: Site) -> None:
        with open_socket(site) as socket:
            receive(socket, "hello")
            receive(socket, "snapshot")
            job = site.call("submit", size=64, steps=80)

            frames = [receive(socket, "job")]
            while frames[-1]["state"] not in ("succeeded", "failed"):
                frames.append(receive(socket, "job"))

        assert {frame["id"] for frame in frames} == {job}
        assert frames[-1]["state"] == "succeeded"
        assert "running" in {frame["state"] for frame in frames}
        assert any(frame["preview"] for frame in frames[:-1])
        # The worker's first frame may arrive before the frame of the submission, which another
        # process sends. A client drops a frame older than its own; no other frame is late.
        order = [frame["seq"] for frame in frames if frame["state"] != "queued"]
        assert order == sorted(order)

    def test_begins_with_the_current_jobs(self, site: Site) -> None:
        job = site.call("submit", size=64, steps=2000)
        site.wait_until_painted(job)

        with open_socket(site) as socket:
            jobs = receive(socket, "snapshot")["jobs"]
        site.call("cancel", job=job)

        assert (jobs[0]["id"], jobs[0]["state"]) == (job, "running")
        assert jobs[0]["preview"]["version"] >= 1

    def test_stays_open_while_nothing_happens(self, site: Site) -> None:
        with open_socket(site) as socket:
            receive(socket, "snapshot")
            # By default redis-py drops a quiet connection after five seconds.
            time.sleep(7)

            socket.send('{"type": "resume"}')

            assert "jobs" in receive(socket, "snapshot")
