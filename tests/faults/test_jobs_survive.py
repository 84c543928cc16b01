"""Tests that a job ends correctly and once, whatever happens to the processes around it."""

import os
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from operator import methodcaller

import pytest

from tests.faults.apps import app_of
from tests.support.bars import Keep, Record
from tests.support.servers import PATIENCE_SECONDS, wait_until
from tests.support.sites import EmbeddedSite, ProductionSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
# A minute of work. What follows once an attempt paints is the same after a few of these steps.
MANY = {"size": 64, "steps": 2000}
# More work than any test here waits for.
ENDLESS = {"size": 512, "steps": 2000}
# Two seconds on an idle machine.
PROMPT_SECONDS = 5
# A worker that is told to end may finish a short step, and then needs some time to exit.
END_SECONDS = 30
# The sum of the lease, one round of the reaper, and the start of a new worker.
RECOVERY_SECONDS = 45
ALL_OF_A_PAINTING = [".jpg", ".jpg", ".state"]


def assert_ended_well_once(site: Site, job: str, attempts: int) -> None:
    snapshot = site.wait_for(job, "succeeded", "failed")
    assert (snapshot["state"], snapshot["attempt"]) == ("succeeded", attempts)
    assert snapshot["result"] is not None
    site.wait_for_files(job, *ALL_OF_A_PAINTING)


def assert_goes_on_and_ends_once(site: Site, job: str, attempts: int) -> None:
    """Check that this attempt runs, stop it early, and check its end."""

    def runs() -> bool:
        snapshot = site.call("look", job=job)
        return bool(snapshot["state"] == "running" and snapshot["attempt"] == attempts)

    wait_until(runs, f"attempt {attempts}")
    site.call("stop", job=job)
    assert_ended_well_once(site, job, attempts)


def seconds_to_recovery(site: Site, kill: Callable[[Site], None]) -> float:
    """Kill a process during a job and check that the job ends once; return its idle time."""
    job = site.call("submit", **MANY)
    site.wait_until_painted(job)
    kill(site)
    killed = time.monotonic()
    wait_until(lambda: site.call("look", job=job)["attempt"] == 2, "the second attempt")
    lay = time.monotonic() - killed
    assert_goes_on_and_ends_once(site, job, attempts=2)
    return lay


def assert_each_recovers(
    sites: tuple[Site, ...], kill: Callable[[Site], None], times: int, keep_bar: Keep
) -> str:
    """Kill a process `times` times on each site, all sites at once; describe the idle times."""

    def recoveries(site: Site) -> list[float]:
        return [seconds_to_recovery(site, kill) for _ in range(times)]

    with ThreadPoolExecutor(len(sites)) as pool:
        lay = list(chain.from_iterable(pool.map(recoveries, sites)))
    keep_bar(max(lay), RECOVERY_SECONDS)
    kinds = ", ".join(site.kind for site in sites)
    spread = f"median {statistics.median(lay):.1f} s, most {max(lay):.1f} s"
    return f"{kinds}: {len(lay)} of {len(sites) * times}, {spread}"


class TestJob:
    def test_is_painted(self, site: Site) -> None:
        job = site.call("submit", steps=4)

        assert_ended_well_once(site, job, attempts=1)

    @pytest.mark.bar(12)
    @pytest.mark.timeout(1200)
    def test_survives_a_killed_worker(
        self, sites: tuple[Site, ...], record_bar: Record, keep_bar: Keep, *, full: bool
    ) -> None:
        kill = methodcaller("kill_worker")

        record_bar(12, assert_each_recovers(sites, kill, 10 if full else 1, keep_bar))

    @pytest.mark.bar(13)
    @pytest.mark.timeout(1200)
    def test_survives_a_killed_painting_process(
        self, sites: tuple[Site, ...], record_bar: Record, keep_bar: Keep, *, full: bool
    ) -> None:
        kill = methodcaller("kill_pool")

        record_bar(13, assert_each_recovers(sites, kill, 10 if full else 1, keep_bar))

    @pytest.mark.bar(23)
    def test_is_painted_once_for_any_number_of_wakeups(
        self, site: Site, record_bar: Record
    ) -> None:
        job = site.call("submit", **MANY)

        site.call("send_wakeups", number=10)

        assert_goes_on_and_ends_once(site, job, attempts=1)
        assert_ended_well_once(site, site.call("submit", steps=4), attempts=1)
        record_bar(23, f"{site.kind}: 11 wakeups, 1 start")

    @pytest.mark.bar(26)
    def test_stops_soon_after_its_cancel(
        self, site: Site, record_bar: Record, keep_bar: Keep
    ) -> None:
        job = site.call("submit", **ENDLESS)
        site.wait_until_painted(job)
        behind = site.call("submit", name="bob", steps=1)

        canceled = site.call("cancel", job=job)
        at = time.monotonic()

        # When the worker takes the next job, it has stopped the canceled one.
        site.wait_for(behind, "running", "succeeded")
        took = time.monotonic() - at
        keep_bar(took, PROMPT_SECONDS)
        record_bar(26, f"{site.kind}: the worker left {took:.1f} s after")
        assert canceled["state"] == "canceled"
        assert site.call("cancel", job=job)["seq"] == canceled["seq"]
        assert site.wait_for(job, "canceled")["result"] is None
        site.wait_for_files(job)
        site.wait_for(behind, "succeeded")

    @pytest.mark.bar(26)
    def test_never_starts_when_canceled_while_waiting(self, site: Site) -> None:
        job = site.call("submit", **MANY)
        waiting = site.call("submit", name="bob", steps=4)
        site.call("cancel", job=waiting)
        site.call("cancel", job=job)

        assert_ended_well_once(site, site.call("submit", name="carol", steps=1), attempts=1)

        assert site.call("look", job=waiting)["attempt"] == 0

    @pytest.mark.bar(26)
    @pytest.mark.timeout(900)
    def test_is_either_done_or_canceled_when_a_cancel_races_with_its_end(
        self, site: Site, record_bar: Record, *, full: bool
    ) -> None:
        site.call("painter", name="yves")
        ends: Counter[str] = Counter()
        for number in range(100 if full else 10):
            job = site.call("submit", name="yves", steps=1)
            time.sleep(number % 10 * 0.05)
            site.call("cancel", job=job)
            ended = site.wait_for(job, "succeeded", "canceled")
            ends[ended["state"]] += 1
            if ended["state"] == "succeeded":
                assert ended["result"] is not None
                site.wait_for_files(job, *ALL_OF_A_PAINTING)
            else:
                assert ended["result"] is None
                site.wait_for_files(job)

        record_bar(26, f"{site.kind}: {dict(sorted(ends.items()))}, 0 mixed")


class TestEmbeddedSite:
    @pytest.mark.bar(28)
    @pytest.mark.long
    def test_takes_many_calls_at_once(self, embedded: EmbeddedSite, record_bar: Record) -> None:
        apps = [app_of(embedded, f"many{number}") for number in range(10)]
        bodies = [app.body() for app in apps]

        with ThreadPoolExecutor(50) as pool:
            calls = [
                pool.submit(apps[n % 10].try_once, "POST", "/jobs/", bodies[n % 10])
                for n in range(300)
            ]
            answers = Counter(call.result()[0] for call in calls)

        assert set(answers) <= {201, 429, 503}
        assert "database is locked" not in embedded.serve.log.read_text()
        assert embedded.call("journal_mode") == "wal"
        wait_until(lambda: embedded.call("waiting") == 0, "the end of the line", 200)
        record_bar(28, f"300 POSTs: {dict(sorted(answers.items()))}, 0 locked, journal wal")

    @pytest.mark.bar(28)
    def test_ends_its_worker_when_killed_and_resumes_after_a_restart(
        self, embedded: EmbeddedSite, keep_bar: Keep
    ) -> None:
        job = embedded.call("submit", **MANY)
        embedded.wait_until_painted(job)

        embedded.serve.kill()
        killed = time.monotonic()
        wait_until(lambda: not embedded.worker_pids(), "the worker's end")
        keep_bar(time.monotonic() - killed, PROMPT_SECONDS)
        embedded.start()

        assert_goes_on_and_ends_once(embedded, job, attempts=2)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_returns_its_job_to_the_queue_when_told_to_end(
        self, embedded: EmbeddedSite, number: signal.Signals, keep_bar: Keep
    ) -> None:
        job = embedded.call("submit", **MANY)
        embedded.wait_until_painted(job)

        os.kill(embedded.serve.pid, number)
        told = time.monotonic()
        embedded.serve.wait(PATIENCE_SECONDS)
        keep_bar(time.monotonic() - told, END_SECONDS)

        assert not embedded.worker_pids()
        assert embedded.call("look", job=job)["state"] == "queued"
        embedded.start()
        assert_goes_on_and_ends_once(embedded, job, attempts=1)


class TestProductionSite:
    def test_takes_jobs_while_redis_is_away(
        self, production: ProductionSite, keep_bar: Keep
    ) -> None:
        production.redis.stop()
        start = time.monotonic()
        job = production.call("submit", steps=4)
        took = time.monotonic() - start
        production.redis.start()

        keep_bar(took, PROMPT_SECONDS)
        # The worker may first wait until its broker connection is back.
        assert production.wait_for(job, "succeeded")["attempt"] == 1

    def test_passes_its_job_to_another_worker_at_once(
        self, production: ProductionSite, keep_bar: Keep
    ) -> None:
        """Prove a part of bar 24."""
        job = production.call("submit", **ENDLESS)
        production.wait_until_painted(job)
        second = production.new_worker("relief")
        second.start()
        wait_until(lambda: "ready" in second.log.read_text(), "the second worker")
        began = time.monotonic()

        assert production.worker.process is not None
        production.worker.process.terminate()
        production.worker.wait(PATIENCE_SECONDS)
        left = time.monotonic()

        production.wait_for(job, "running")
        keep_bar(time.monotonic() - left, 5)
        keep_bar(time.monotonic() - began, END_SECONDS)
        assert production.call("look", job=job)["attempt"] == 1
        production.call("cancel", job=job)
        production.worker.start()
        second.stop()

    @pytest.mark.bar(15)
    def test_fences_a_worker_that_slept_too_long(
        self, production: ProductionSite, record_bar: Record
    ) -> None:
        job = production.call("submit", **MANY)
        production.wait_until_painted(job)
        os.killpg(production.worker.pid, signal.SIGSTOP)
        second = production.new_worker("second")
        second.start()
        try:
            assert_goes_on_and_ends_once(production, job, attempts=2)
        finally:
            os.killpg(production.worker.pid, signal.SIGCONT)

        assert_ended_well_once(production, production.call("submit", name="bob"), attempts=1)
        assert_ended_well_once(production, job, attempts=2)
        wait_until(lambda: "fenced" in production.worker.log.read_text(), "the fence")
        second.stop()
        record_bar(15, "0 rows and 0 files of the zombie, result of attempt 2")
