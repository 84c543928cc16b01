"""Tests of a worker for heavy work beside one for short work, with real processes."""

from collections.abc import Iterator

import pytest

from tests.support.servers import PostgreSQL, Redis, wait_until
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
SHORT = {"method": "fast", "size": 64}
# Some seconds of work, which is also what the site expects of it.
HEAVY = {"size": 64, "steps": 300}


@pytest.fixture(scope="module")
def lanes(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, redis_server: Redis
) -> Iterator[ProductionSite]:
    """Return a site that treats more than one second of work as heavy."""
    folder = tmp_path_factory.mktemp("lanes")
    with ProductionSite(folder, postgresql, redis_server, STYLEWEB_QUICK_SECONDS="1") as site:
        yield site


def wait_for_painter(site: ProductionSite, job: str, name: str) -> None:
    """Wait until the worker called `name` paints `job`."""
    wait_until(lambda: site.call("painter_at", job=job) == f"{name}@test", name)


def test_keeps_heavy_work_for_its_worker_only_while_that_worker_runs(lanes: ProductionSite) -> None:
    heavy_worker = lanes.new_worker("heavy", queues="gpu,cpu")
    heavy_worker.start()
    wait_until(lambda: len(lanes.call("serving")) == 2, "the second worker")
    try:
        first = lanes.call("submit", **HEAVY)
        wait_for_painter(lanes, first, "heavy")
        second = lanes.call("submit", name="bob", **HEAVY)
        short = lanes.call("submit", name="carol", **SHORT)
        # The other worker is idle, but does not take heavy work.
        assert lanes.wait_for(short, "succeeded")["attempt"] == 1
        assert lanes.call("look", job=second)["state"] == "queued"
        assert lanes.call("look", job=first)["state"] == "running"
    finally:
        heavy_worker.kill()

    for job, attempts in ((second, 1), (first, 2)):
        wait_for_painter(lanes, job, "worker")
        assert lanes.wait_for(job, "succeeded")["attempt"] == attempts
