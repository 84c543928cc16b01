"""Tests of real workers that are told to end, that hang, and that run out of memory."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bars import Keep, Record
from tests.support.servers import PATIENCE_SECONDS, PostgreSQL, Redis, wait_until
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
# The time estimate never says that this job ends soon, whatever was painted before.
ENDLESS = {"size": 1024, "steps": 2000}
SHORT = {"size": 64, "steps": 2}
# Larger than one of the smallest tiles, and smaller than one of the usual tiles.
TILED = {"method": "fast", "size": 640}
DEADLINE_SECONDS = 20  # a busy machine takes so long for a picture in many tiles
EXIT_SECONDS = 30


class FailingSite(ProductionSite):
    """A site in which tests can make steps and networks fail."""

    app = "tests.support.failing_engine"

    def fail_next_step(self, how: str) -> None:
        """Make the next step of any worker fail."""
        (self.folder / "failpoints" / "step").write_text(how)

    def fail_in_the_network(self, how: str) -> None:
        """Make the next passes of the networks fail; a number in `how` says how many passes."""
        (self.folder / "failpoints" / "forward").write_text(how)

    def painter(self) -> set[str]:
        """Return the process ids of the worker's children."""
        pid = self.worker.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@pytest.fixture(scope="module")
def failing(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, redis_server: Redis
) -> Iterator[FailingSite]:
    """Return a site with a short deadline and a folder of failpoints."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "failpoints").mkdir()
    site = FailingSite(folder, postgresql, redis_server)
    site.environment["STYLEWEB_FAILPOINTS"] = str(folder / "failpoints")
    site.environment["STYLEWEB_DEADLINE_SECONDS"] = str(DEADLINE_SECONDS)
    with site:
        yield site


def failure(snapshot: dict[str, Any]) -> str:
    """Return the error code of a job; empty when it did not fail."""
    return str((snapshot["error"] or {}).get("code", ""))


@pytest.mark.bar(25)
class TestOfAHangingStep:
    """Bar 25 of the reliability page."""

    def test_ends_the_job_and_the_process(
        self, failing: FailingSite, record_bar: Record, keep_bar: Keep
    ) -> None:
        failing.wait_for(failing.call("submit", **SHORT), "succeeded")
        before = failing.painter()
        failing.fail_next_step("hang")
        began = time.monotonic()

        ended = failing.wait_for(failing.call("submit", **SHORT), "failed")

        assert failure(ended) == "timeout"
        took = time.monotonic() - began
        wait_until(lambda: not before & failing.painter(), "the end of the process")
        keep_bar(took, DEADLINE_SECONDS + 10)
        keep_bar(time.monotonic() - began, DEADLINE_SECONDS + 25)
        failing.wait_for(failing.call("submit", **SHORT), "succeeded")
        record_bar(25, f"failed as timeout after {took:.1f} s, process gone, next job done")


@pytest.mark.bar(27)
class TestOfTooLittleMemory:
    """Bar 27 of the reliability page."""

    @pytest.mark.parametrize("how", ["memory", "torch-memory"])
    def test_ends_the_job_with_advice_and_paints_the_next(
        self, failing: FailingSite, how: str, record_bar: Record
    ) -> None:
        failing.wait_for(failing.call("submit", **SHORT), "succeeded")
        before = failing.painter()
        failing.fail_next_step(how)

        ended = failing.wait_for(failing.call("submit", **SHORT), "failed")

        assert failure(ended) == "out_of_memory"
        assert "smaller" in ended["error"]["hint"]
        failing.wait_for(failing.call("submit", **SHORT), "succeeded")
        assert failing.painter() == before
        record_bar(27, f"{how}: failed with advice, next job done by the same process")

    @pytest.mark.parametrize("how", ["memory", "torch-memory", "gpu-memory"])
    def test_paints_the_job_in_smaller_tiles(
        self, failing: FailingSite, how: str, record_bar: Record
    ) -> None:
        before = self.painted(failing, **TILED)
        assert before["tiles"] == 1
        failing.fail_in_the_network(how)

        report = self.painted(failing, **TILED)

        assert report["tiles"] > 1
        assert self.painted(failing, **TILED)["tiles"] == 1
        record_bar(27, f"{how} in the first pass: done in {report['tiles']} tiles, the next in one")

    @pytest.mark.parametrize("how", ["memory", "torch-memory", "gpu-memory"])
    def test_paints_a_step_by_step_job_at_a_smaller_size(
        self, failing: FailingSite, how: str, record_bar: Record
    ) -> None:
        failing.fail_in_the_network(how)

        report = self.painted(failing, **SHORT)

        assert "painted at 45 x 34 and enlarged, to fit memory" in report["resized"]
        assert "painted at" not in self.painted(failing, **SHORT)["resized"]
        record_bar(27, f"{how} step by step: done at half the size, the next in full")

    def test_ends_the_job_with_advice_when_no_fallback_helps(self, failing: FailingSite) -> None:
        before = failing.painter()
        failing.fail_in_the_network("torch-memory 3")

        ended = failing.wait_for(failing.call("submit", **SHORT), "failed")

        assert failure(ended) == "out_of_memory"
        self.painted(failing, **SHORT)
        assert failing.painter() == before

    @staticmethod
    def painted(site: FailingSite, **job: Any) -> dict[str, Any]:
        """Submit a job, check that its first attempt succeeds, and return the engine's report."""
        submitted = site.call("submit", **job)
        assert site.wait_for(submitted, "succeeded", "failed")["state"] == "succeeded"
        assert site.call("look", job=submitted)["attempt"] == 1
        report: dict[str, Any] = site.call("report", job=submitted)
        return report


class TestOfAWorkerToldToEnd:
    """Part of bar 24 of the reliability page."""

    def test_abandons_a_step_that_never_returns(self, failing: FailingSite, keep_bar: Keep) -> None:
        failing.wait_for(failing.call("submit", **SHORT), "succeeded")
        failing.fail_next_step("hang")
        job = failing.call("submit", **ENDLESS)
        failing.wait_for(job, "running")

        assert failing.worker.process is not None
        told = time.monotonic()
        failing.worker.process.terminate()
        failing.worker.wait(PATIENCE_SECONDS)
        keep_bar(time.monotonic() - told, EXIT_SECONDS)
        failing.worker.start()

        assert failing.wait_for(job, "running")["attempt"] == 1
        failing.call("cancel", job=job)
