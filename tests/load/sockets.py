"""Measures how long a step takes to reach the browsers: `python -m tests.load.sockets`.

Starts PostgreSQL, Redis and a site with two socket processes, opens many sockets, paints at the
pace of real workers, and prints how many steps arrived and how fast.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.support.servers import PostgreSQL, Redis, Server, free_port, wait_until
from tests.support.sites import ProductionSite, Site

TABS_EACH = 10
WEB = ("-m", "uvicorn", "styleweb.asgi:application", "--ws-max-size=65536")


@dataclass
class Heard:
    """What one socket received: the time of each step of each job, and the jobs that ended."""

    steps: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    alive: bool = True


@dataclass(frozen=True)
class Figures:
    """The results: times in seconds, and shares from 0 to 1."""

    sockets: int
    told: int
    p50: float
    p95: float
    steps_share: float
    ends_share: float
    alive: int

    def __str__(self) -> str:
        return (
            f"{self.sockets} sockets, {self.told} frames: "
            f"p50 {self.p50 * 1000:.0f} ms, p95 {self.p95 * 1000:.0f} ms from step to browser; "
            f"{self.steps_share:.2%} of steps and {self.ends_share:.2%} of ends arrived; "
            f"{self.alive} alive after"
        )


async def _listen(socket: ClientConnection, heard: Heard) -> None:
    """Record each frame until the socket closes."""
    try:
        async for text in socket:
            now, frame = time.time(), json.loads(text)
            if frame["type"] != "job":
                continue
            job = frame["data"]
            heard.steps.setdefault(f"{job['id']} {job['progress']['done']}", now)
            if job["completed_at"]:
                heard.ended.add(job["id"])
    except ConnectionClosed:
        heard.alive = False


async def measure(
    site: Site, ports: Sequence[int], *, sockets: int, seconds: float, each_second: float = 2
) -> Figures:
    """Open the sockets, paint one job of each person, and collect what the sockets received."""
    people = [f"viewer-{time.time_ns()}-{number}" for number in range(-(-sockets // TABS_EACH))]
    jobs = {name: site.call("begin_steps", name=name)[0] for name in people}
    sessions = {name: site.call("sign_in", name=name) for name in people}
    heard = [(people[number % len(people)], Heard()) for number in range(sockets)]
    async with AsyncExitStack() as stack:
        listening = []
        for number, (name, one) in enumerate(heard):
            port = ports[number % len(ports)]
            socket = await stack.enter_async_context(
                connect(
                    f"ws://127.0.0.1:{port}/ws/v1/events/",
                    origin=Origin(f"http://127.0.0.1:{port}"),
                    additional_headers={"Cookie": f"sessionid={sessions[name]}"},
                    open_timeout=60,
                )
            )
            listening.append(asyncio.create_task(_listen(socket, one)))
        await asyncio.sleep(2)  # the snapshots
        pace = {"seconds": seconds, "each_second": each_second}
        moments = await asyncio.to_thread(
            site.call, "paint_steps", jobs=list(jobs.values()), **pace
        )
        await asyncio.to_thread(site.call, "end_steps", jobs=list(jobs.values()))
        await asyncio.sleep(2)
        alive = sum(one.alive for _name, one in heard)
        for task in listening:
            task.cancel()
    return _figures(heard, jobs, moments, alive)


def _figures(
    heard: list[tuple[str, Heard]], jobs: dict[str, str], moments: dict[str, float], alive: int
) -> Figures:
    delays = [
        one.steps[key] - moment
        for key, moment in moments.items()
        for _name, one in heard
        if key in one.steps
    ]
    expected = sum(key.startswith(jobs[name]) for name, _one in heard for key in moments)
    ends = sum(jobs[name] in one.ended for name, one in heard)
    cuts = statistics.quantiles(delays, n=100)
    return Figures(
        sockets=len(heard),
        told=len(delays),
        p50=cuts[49],
        p95=cuts[94],
        steps_share=len(delays) / expected,
        ends_share=ends / len(heard),
        alive=alive,
    )


def resident_mb(*servers: Server) -> float:
    """Return the memory that these processes use, in MiB."""
    texts = [Path(f"/proc/{server.pid}/status").read_text() for server in servers]
    return sum(int(text.split("VmRSS:")[1].split()[0]) for text in texts) / 1024


def second_web(site: ProductionSite) -> tuple[Server, int]:
    """Start one more socket process of `site`; return it and its port."""
    port = free_port()
    web = site.server(f"web-{port}", *WEB, "--port", str(port))
    web.start()

    def answers() -> bool:
        return "Uvicorn running" in web.log.read_text()

    wait_until(answers, "the second socket process")
    return web, port


def measure_alone(folder: Path, **chosen: Any) -> tuple[Figures, float]:
    """Measure on separate servers; return the figures and the MiB of both socket processes."""
    postgresql, redis = PostgreSQL(), Redis(folder)
    redis.start()
    try:
        with ProductionSite(folder, postgresql, redis) as site:
            web, port = second_web(site)
            try:
                figures = asyncio.run(measure(site, [site.port, port], **chosen))
                return figures, resident_mb(site.web, web)
            finally:
                web.stop()
    finally:
        redis.stop()
        postgresql.stop()


def main() -> None:
    """Measure on separate servers and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--each-second", type=float, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="styleweb-sockets-") as folder:
        figures, memory = measure_alone(Path(folder), **vars(chosen))
    sys.stdout.write(f"{figures}\n")
    sys.stdout.write(f"both socket processes together: {memory:.0f} MiB\n")


if __name__ == "__main__":
    main()
