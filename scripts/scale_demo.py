"""Run many jobs on a whole site of local processes, and kill parts of it: `make scale-demo`.

    python -m scripts.scale_demo [--jobs 200] [--people 20] [--size 1280] [--calm]
    python -m scripts.scale_demo --throughput [--jobs 40] [--size 512]
    python -m scripts.scale_demo --parts [--jobs 200]

The script starts PostgreSQL, Redis, the web server, two workers and beat. Many users submit jobs.
Then the script kills and freezes workers and Redis until all jobs have ended, and prints the
results; with `--calm` it causes no faults. With `--throughput` nothing is killed, and the pictures
per second of one worker are compared with those of the engine alone. `--parts` prints how many
operations per second the database and Redis can do.
"""

import argparse
import itertools
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.servers import PostgreSQL, Redis, Server, wait_until
from tests.support.sites import ProductionSite

LONGEST_SECONDS = 900  # of a whole run
FAULT_SECONDS = 8  # from one fault to the next
POLL_SECONDS = 0.5  # from one reading of the jobs to the next
DONE = "succeeded"
RESULT_AND_PREVIEW = 2  # JPEG files of a job with one result
ROUNDS = 3
ENDED = {DONE, "failed", "canceled", "expired"}
JobRow = dict[str, Any]  # see `standings` in tests/support/driver.py


def say(line: str) -> None:
    """Print a line immediately."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Stage:
    """The site with its workers, and the faults with the times when they happened."""

    site: ProductionSite
    workers: list[Server]
    faults: dict[float, str] = field(default_factory=dict)


@contextmanager
def stage(workers: int) -> Iterator[Stage]:
    """Yield a running site with this number of workers; stop and delete everything at the end."""
    with tempfile.TemporaryDirectory(prefix="styleweb-demo-") as name:
        folder = Path(name)
        postgresql, redis = PostgreSQL(), Redis(folder)
        redis.start()
        more: list[Server] = []
        try:
            with ProductionSite(folder, postgresql, redis, STYLEWEB_LEASE_SECONDS="15") as site:
                more = [site.new_worker(f"worker{number}") for number in range(1, workers)]
                for server in more:
                    server.start()
                for server in (site.worker, *more):
                    wait_until(partial(is_ready, server), "a worker")
                yield Stage(site, [site.worker, *more])
        finally:
            for server in more:
                server.stop()
            redis.stop()
            postgresql.stop()


def is_ready(worker: Server) -> bool:
    """Return whether a worker accepts jobs; its log says so."""
    return "ready" in worker.log.read_text()


def kill(server: Server) -> None:
    """Kill a worker with its pool, and start it again, as a service manager does."""
    server.kill()
    server.start()


def empty(redis: Redis, *, seconds: float = 0) -> None:
    """Kill Redis, which loses all its data, and start it again after some seconds."""
    redis.crash()
    time.sleep(seconds)
    redis.start()


def freeze(server: Server, seconds: float) -> None:
    """Pause all processes of a server for some seconds."""
    server.signal(signal.SIGSTOP)
    time.sleep(seconds)
    server.signal(signal.SIGCONT)


def faults(stage: Stage) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name and the function of each fault, in turn and without end."""
    workers, redis = itertools.cycle(stage.workers), stage.site.redis
    while True:
        yield "kill a worker during a job", lambda: kill(next(workers))
        yield "kill a worker", lambda: kill(next(workers))
        yield "empty Redis", lambda: empty(redis)
        yield "freeze a worker for 20 s", lambda: freeze(next(workers), 20)
        yield "stop Redis for 2 s", lambda: empty(redis, seconds=2)
        yield "freeze Redis for 10 s", lambda: freeze(redis.server, 10)


def submit(site: ProductionSite, jobs: int, people: int, size: int) -> list[str]:
    """Submit all jobs, the users in turn, and return the ids of the jobs."""
    return [
        site.call("submit", name=f"person{i % people}", method="fast", steps=1, size=size)
        for i in range(jobs)
    ]


@dataclass
class Watch:
    """The observed states of the jobs while they run.

    `gaps` are the seconds from a fault to the next attempt of a job, `attempts` are the attempts of
    each job so far, and `last` has the rows of the last reading.
    """

    jobs: list[str]
    gaps: list[float] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    last: list[JobRow] = field(default_factory=list)

    def update(self, stage: Stage) -> bool:
        """Read all jobs once. Return whether every job has ended."""
        self.last = stage.site.call("standings", jobs=self.jobs)
        for row in self.last:
            before = self.attempts.get(row["job"], 0)
            # A further attempt follows from the latest fault before it began.
            if row["attempt"] > before >= 1:
                self.gaps.append(row["begun"] - max(t for t in stage.faults if t < row["begun"]))
            self.attempts[row["job"]] = max(before, row["attempt"])
        return all(row["state"] in ENDED for row in self.last)


def run_burst(stage: Stage, options: argparse.Namespace) -> None:
    """Run all jobs while faults happen, and print the table."""
    for number in range(options.people):
        stage.site.call("painter", name=f"person{number}")
    began = time.time()
    watch = Watch(submit(stage.site, options.jobs, options.people, options.size))
    say(
        f"{options.jobs} jobs of {options.people} users submitted after {time.time() - began:.1f} s"
    )
    causes, next_fault = faults(stage), time.time() + FAULT_SECONDS / 2
    while not watch.update(stage):
        if time.time() - began > LONGEST_SECONDS:
            break
        if not options.calm and time.time() > next_fault:
            what, cause = next(causes)
            say(f"{time.time() - began:6.1f} s  {what}")
            stage.faults[time.time()] = what
            cause()
            next_fault = time.time() + FAULT_SECONDS
        time.sleep(POLL_SECONDS)
    for what, figure in figures(stage, watch, began).items():
        say(f"{what:34} {figure}")


def figures(stage: Stage, watch: Watch, began: float) -> dict[str, str]:
    """Return the table: the name of each measurement, and its value."""
    done = [row for row in watch.last if row["state"] == DONE]
    results = [stage.site.call("files", job=row["job"]) for row in done]
    ends = defaultdict(list)
    for row in done:
        ends[row["owner"]].append(row["ended"] - began)
    last = sorted(max(each) for each in ends.values())
    seconds = max((row["ended"] for row in done), default=began) - began
    attempts = [row["attempt"] for row in watch.last]
    return {
        "jobs": str(len(watch.jobs)),
        "done": str(len(done)),
        "lost (not ended)": str(sum(row["state"] not in ENDED for row in watch.last)),
        "failed": str(sum(row["state"] == "failed" for row in watch.last)),
        "duplicates (more than one result)": str(
            sum(names.count(".jpg") != RESULT_AND_PREVIEW for names in results)
        ),
        "executions": f"{sum(attempts)}, at most {max(attempts)} of one job",
        "faults": f"{len(stage.faults)}, of {len({*stage.faults.values()})} kinds",
        "seconds": f"{seconds:.1f}",
        "jobs per second": f"{len(done) / seconds:.2f}" if done else "0",
        "last picture of each user after": f"{last[0]:.1f} to {last[-1]:.1f} s" if last else "-",
        "from a fault to the next attempt": _spread(watch.gaps),
    }


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "no job had a second attempt"
    return f"median {statistics.median(seconds):.1f} s, most {max(seconds):.1f} s"


def compare(stage: Stage, options: argparse.Namespace) -> None:
    """Print the pictures per second of one worker and of the engine alone, on the same machine.

    Their runs alternate, so that other load on the machine affects both.
    """
    stage.site.call("painter", name="person0")
    say(f"fast at {options.size} px, {options.jobs} pictures per round, one worker with one thread")
    shares = []
    for number in range(1, ROUNDS + 1):
        engine = bare_rate(stage, options)
        whole = platform_rate(stage, options)
        # Measured before and after the platform, so that a slow change of the machine cancels out.
        engine = statistics.mean([engine, bare_rate(stage, options)])
        shares.append(whole / engine)
        rates = f"engine {engine:.2f}, platform {whole:.2f} pictures/s"
        say(f"round {number}: {rates}, share {shares[-1]:.2f}")
    say(f"platform / engine, median   {statistics.median(shares):.2f}")


def bare_rate(stage: Stage, options: argparse.Namespace) -> float:
    """Return the pictures per second of the engine; its first picture does not count."""
    bare = {"number": options.jobs, "size": options.size, "name": "person0"}
    return float(options.jobs / stage.site.call("paint_bare", **bare))


def platform_rate(stage: Stage, options: argparse.Namespace) -> float:
    """Return the pictures per second of the worker; its first picture does not count."""
    # Submitting needs processor time too, so the worker starts after it.
    [worker] = stage.workers
    worker.stop()
    watch = Watch(submit(stage.site, options.jobs + 1, options.people, options.size))
    worker.start()
    while not watch.update(stage):
        time.sleep(POLL_SECONDS)
    ends = [row["ended"] for row in watch.last]
    return float(options.jobs / (max(ends) - min(ends)))


def time_parts(stage: Stage, options: argparse.Namespace) -> None:
    """Print how many times per second one connection can use each part of the queue."""
    for server in (stage.site.beat, *stage.workers):
        server.stop()
    for part, rate in stage.site.call("time_parts", number=options.jobs).items():
        say(f"{part:18} {rate:6.0f} per second")


def main() -> None:
    """Read the command line, start the site, run, and print."""
    parser = argparse.ArgumentParser(
        description="Run many jobs while parts of the site are killed."
    )
    parser.add_argument(
        "--throughput", action="store_true", help="compare one worker with the engine alone"
    )
    parser.add_argument("--parts", action="store_true", help="measure the database and Redis alone")
    parser.add_argument("--calm", action="store_true", help="cause no faults")
    parser.add_argument("--jobs", type=int, help="number of jobs")
    parser.add_argument("--people", type=int, default=20, help="number of users")
    parser.add_argument("--size", type=int, help="longest side of a picture in pixels")
    options = parser.parse_args()
    options.jobs = options.jobs or (40 if options.throughput else 200)
    # The pictures are large enough that the jobs run until every fault has happened.
    options.size = options.size or (512 if options.throughput else 1280)
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    say(f"{os.cpu_count()} cores, {platform.machine()}, load average {load}")
    with stage(workers=1 if options.throughput else 2) as ready:
        run = time_parts if options.parts else compare if options.throughput else run_burst
        run(ready, options)


if __name__ == "__main__":
    main()
