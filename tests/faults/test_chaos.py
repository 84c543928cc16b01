"""Tests of many jobs while workers are killed, are told to end, or die from the job itself."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.support.bars import Record
from tests.support.servers import PostgreSQL, Redis, Server, wait_until
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
# Some seconds of work on an idle machine.
SOME = {"size": 64, "steps": 500}
CHAOS_SECONDS, KILL_SECONDS, MOST_SECONDS = 60, 9, 150
ALL_OF_A_PAINTING = [".jpg", ".jpg", ".state"]


@pytest.fixture
def pair(
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: PostgreSQL,
    redis_server: Redis,
    leases: dict[str, str],
) -> Iterator[tuple[ProductionSite, list[Server]]]:
    """Return a site and its two workers."""
    folder = tmp_path_factory.mktemp("pair")
    with ProductionSite(folder, postgresql, redis_server, **leases) as site:
        second = site.new_worker("second")
        second.start()
        wait_until(lambda: "ready" in second.log.read_text(), "the second worker")
        yield site, [site.worker, second]
        second.stop()


def burst(site: ProductionSite, number: int) -> list[str]:
    """Submit `number` jobs of ten people and return them."""
    return [site.call("submit", name=f"person{i % 10}", **SOME) for i in range(number)]


def executions(site: ProductionSite, jobs: list[str]) -> list[int]:
    """Check that each job is done with one result; return the number of attempts of each."""
    snapshots = [site.wait_for(job, "succeeded", "failed", "canceled") for job in jobs]
    assert [each for each in snapshots if each["state"] != "succeeded"] == []
    for job in jobs:
        site.wait_for_files(job, *ALL_OF_A_PAINTING)
    return [snapshot["attempt"] for snapshot in snapshots]


def spare_third_attempts(site: ProductionSite, jobs: list[str]) -> None:
    """Wait while a job is in its third attempt: a kill would then fail the job (bar 16)."""

    def spared() -> bool:
        looks = [site.call("look", job=job) for job in jobs]
        return not any(look["state"] == "running" and look["attempt"] == 3 for look in looks)

    wait_until(spared, "the end of a third attempt")


def wait_for_attempt(site: ProductionSite, job: str, number: int) -> None:
    """Wait until a job runs in this attempt."""

    def reached() -> bool:
        snapshot = site.call("look", job=job)
        return bool(snapshot["attempt"] == number and snapshot["state"] == "running")

    wait_until(reached, f"attempt {number}")


@pytest.mark.bar(14)
@pytest.mark.long
@pytest.mark.timeout(600)
def test_neither_loses_nor_doubles_a_job_while_workers_are_killed(
    pair: tuple[ProductionSite, list[Server]], record_bar: Record
) -> None:
    site, workers = pair
    began = time.monotonic()
    jobs = burst(site, 20)
    kills = 0
    while time.monotonic() - began < CHAOS_SECONDS:
        time.sleep(KILL_SECONDS)
        spare_third_attempts(site, jobs)
        victim = workers[kills % 2]
        victim.kill()
        victim.start()
        kills += 1
        if kills == 3:
            site.redis.crash()
            site.redis.start()

    attempts = executions(site, jobs)

    took = time.monotonic() - began
    record_bar(
        14,
        f"20 done, 20 results, 0 doubled, {kills} kills and one loss of Redis, "
        f"at most {max(attempts)} attempts, {took:.0f} s",
    )
    assert took <= MOST_SECONDS


@pytest.mark.bar(24)
@pytest.mark.long
@pytest.mark.timeout(900)
def test_loses_no_job_while_workers_restart_in_turn(
    pair: tuple[ProductionSite, list[Server]], record_bar: Record
) -> None:
    site, workers = pair
    jobs = burst(site, 20)
    exits = []
    for turn in range(20):
        server = workers[turn % 2]
        assert server.process is not None
        told = time.monotonic()
        server.process.terminate()
        server.wait(60)
        exits.append(time.monotonic() - told)
        server.start()
        time.sleep(2)

    begun = sum(executions(site, jobs))

    record_bar(
        24, f"0 failed, {begun} executions of 20 jobs, exits within {max(exits):.1f} s, 20 restarts"
    )
    assert begun <= 1.2 * len(jobs)
    assert max(exits) <= 30


@pytest.mark.bar(16)
def test_ends_a_job_that_kills_its_process_after_three_attempts(
    production: ProductionSite, record_bar: Record
) -> None:
    poison = production.call("submit", name="vera", size=64, steps=2000)
    starts = []
    for attempt in (1, 2, 3):
        wait_for_attempt(production, poison, attempt)
        starts.append(time.monotonic())
        production.kill_pool()
        if attempt == 1:
            others = [production.call("submit", name=f"good{i}", steps=2) for i in range(5)]
    ended = production.wait_for(poison, "failed", "succeeded")

    assert (ended["state"], ended["error"]["code"], ended["attempt"]) == ("failed", "crashed", 3)
    production.wait_for_files(poison)
    for job in others:
        assert production.wait_for(job, "succeeded", "failed")["state"] == "succeeded"
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    lease = float(production.environment["STYLEWEB_LEASE_SECONDS"])
    record_bar(16, f"3 attempts, then crashed; {min(gaps):.0f} s or more between; 5 of 5 others")
    assert min(gaps) >= lease - 1
