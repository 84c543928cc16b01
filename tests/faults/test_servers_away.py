"""Tests that the site loses no accepted job while Redis or PostgreSQL is down.

They also check that people notice little of it.
"""

import signal
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.apps import NO_ANSWER, App, app_of
from tests.support.bars import Record
from tests.support.servers import PostgreSQL, Redis, wait_until
from tests.support.sites import ProductionSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
# The sum of the lease, the wait for a lost wakeup, and one round of the reaper.
RECOVERY_SECONDS = 45
LONG = {"size": 64, "steps": 2000}
PAUSE = 0.15  # seconds between calls of each of 8 clients: stays under the limit per minute


def assert_one_good_end(site: Site, job: str, seconds: float = 150) -> None:
    snapshot = site.wait_for(job, "succeeded", "failed", seconds=seconds)
    assert (snapshot["state"], snapshot["error"]) == ("succeeded", None)
    site.wait_for_files(job, ".jpg", ".jpg", ".state")


def seconds_to_submit(app: App) -> tuple[float, str]:
    """Return the time of a submission in seconds, and the job."""
    body, start = app.body(), time.monotonic()
    status, job = app.try_once("POST", "/jobs/", body)
    took = time.monotonic() - start
    assert status in {201, 202}, job
    return took, job["id"]


@pytest.mark.bar(18)
def test_leaves_no_job_and_no_wakeup_after_a_rolled_back_submission(
    site: Site, record_bar: Record
) -> None:
    assert site.call("submit_and_roll_back", name="iris") == {"jobs": 0, "wakeups": 0}
    record_bar(18, f"{site.kind}: 0 rows, 0 wakeups")


@pytest.mark.bar(19)
class TestOfRedis:
    @pytest.mark.long
    def test_delays_no_submission_when_the_connection_is_refused(
        self, production: ProductionSite, record_bar: Record
    ) -> None:
        app = app_of(production, "jack")
        production.redis.crash()
        try:
            took, job = seconds_to_submit(app)
        finally:
            production.redis.start()
        back = time.monotonic()

        assert_one_good_end(production, job)
        ran = time.monotonic() - back
        record_bar(19, f"refused: {took:.1f} s to submit, done {ran:.0f} s after Redis is back")
        assert took <= 2
        assert ran <= RECOVERY_SECONDS

    @pytest.mark.long
    def test_delays_submissions_little_when_the_server_is_silent(
        self, production: ProductionSite, record_bar: Record
    ) -> None:
        app = app_of(production, "kate")
        production.redis.server.signal(signal.SIGSTOP)
        try:
            took, job = seconds_to_submit(app)
        finally:
            production.redis.server.signal(signal.SIGCONT)
        back = time.monotonic()

        assert_one_good_end(production, job)
        ran = time.monotonic() - back
        record_bar(19, f"black hole: {took:.1f} s to submit, done {ran:.0f} s after")
        assert took <= 3
        assert ran <= RECOVERY_SECONDS


@pytest.mark.bar(20)
def test_paints_waiting_jobs_after_the_loss_of_all_wakeups(
    production: ProductionSite, record_bar: Record, *, full: bool
) -> None:
    number = 20 if full else 4
    first = production.call("submit", name="lena", **LONG)
    production.wait_until_painted(first)
    jobs = [production.call("submit", name=f"lena{i % 4}", steps=1) for i in range(number)]

    production.redis.crash()
    production.redis.start()
    production.call("cancel", job=first)

    for job in jobs:
        assert_one_good_end(production, job)
    attempts = [production.call("look", job=job)["attempt"] for job in jobs]
    assert attempts == [1] * number
    record_bar(20, f"{number} of {number} done, none twice")


@pytest.mark.bar(21)
@pytest.mark.long
@pytest.mark.timeout(600)
def test_keeps_the_worker_alive_through_restarts_of_redis(
    production: ProductionSite, record_bar: Record
) -> None:
    took = []
    for _ in range(5):
        production.redis.crash()
        time.sleep(1)
        production.redis.start()
        back = time.monotonic()
        assert_one_good_end(production, production.call("submit", name="mona", steps=1))
        took.append(time.monotonic() - back)

    record_bar(21, f"5 of 5, median {statistics.median(took):.0f} s, most {max(took):.0f} s")
    assert max(took) <= 30


@pytest.fixture
def crashing(
    tmp_path_factory: pytest.TempPathFactory, redis_server: Redis
) -> Iterator[ProductionSite]:
    """Return a site with a separate PostgreSQL server and a folder of failpoints."""
    folder = tmp_path_factory.mktemp("crashing")
    points = folder / "failpoints"
    points.mkdir()
    postgresql = PostgreSQL()
    try:
        with ProductionSite(
            folder, postgresql, redis_server, STYLEWEB_FAILPOINTS=str(points)
        ) as site:
            yield site
    finally:
        postgresql.stop()


@pytest.mark.long
@pytest.mark.timeout(600)
class TestOfCrashes:
    @pytest.mark.bar(17)
    def test_paints_a_job_whose_wakeup_was_never_sent(
        self, crashing: ProductionSite, record_bar: Record
    ) -> None:
        app = app_of(crashing, "nina")
        body = app.body()
        Path(crashing.environment["STYLEWEB_FAILPOINTS"], "wakeup").write_text("kill")

        status, _ = app.try_once("POST", "/jobs/", body)
        died = time.monotonic()

        assert status == NO_ANSWER
        crashing.web.wait()
        crashing.web.start()
        [job] = crashing.call("jobs_of", name="nina")
        wait_until(lambda: crashing.call("look", job=job)["attempt"], "the start")
        began = time.monotonic() - died
        assert_one_good_end(crashing, job)
        record_bar(17, f"started {began:.0f} s after")
        assert began <= RECOVERY_SECONDS

    @pytest.mark.bar(22)
    def test_gives_no_error_once_postgresql_is_back(
        self, crashing: ProductionSite, record_bar: Record
    ) -> None:
        app = app_of(crashing, "olga")
        job = crashing.call("submit", name="olga", **LONG)
        crashing.wait_until_painted(job)
        answers: list[tuple[float, int]] = []
        over = threading.Event()

        def ask() -> None:
            while not over.is_set():
                status, _ = app.try_once("GET", "/jobs/")
                answers.append((time.monotonic(), status))
                time.sleep(PAUSE)

        clients = [threading.Thread(target=ask) for _ in range(8)]
        for client in clients:
            client.start()
        time.sleep(1)
        crashing.postgresql.crash()
        time.sleep(1)
        crashing.postgresql.start()
        ready = time.monotonic()
        time.sleep(6)
        over.set()
        for client in clients:
            client.join()

        assert_one_good_end(crashing, job)
        bad = [(when, status) for when, status in answers if status != 200]
        last = max((when - ready for when, _ in bad), default=0)
        record_bar(22, f"{len(answers)} calls, {len(bad)} × 503, the last {last:.1f} s after ready")
        assert {status for _, status in bad} <= {503}
        assert last <= 1
