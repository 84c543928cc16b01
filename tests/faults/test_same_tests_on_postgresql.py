"""Runs the tests of the queue, of the services and of the API again, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.support.servers import PostgreSQL
from tests.support.sites import ROOT

pytestmark = [pytest.mark.services, pytest.mark.slow]


# Two runs, each in a separate process with a separate database.
QUEUE = (
    "tests/common/test_locks.py",
    "tests/inference/queue/test_jobs.py",
    "tests/inference/queue/test_workers.py",
    "tests/inference/queue/test_lanes.py",
    "tests/inference/queue/test_durations.py",
    "tests/inference/queue/test_fairness.py",
    "tests/inference/queue/test_sheets.py",
    "tests/inference/live/test_change_log.py",
    "tests/inference/live/snapshots/test_job.py",
    "tests/inference/services",
    "tests/styleweb/test_api_properties.py",
)
WORKER = ("tests/inference/worker",)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("paths", [QUEUE, WORKER], ids=["queue", "worker"])
def test_also_passes_on_postgresql(postgresql: PostgreSQL, paths: tuple[str, ...]) -> None:
    environment = {**os.environ, "DATABASE_URL": postgresql.url("postgres")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *paths]

    run = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False
    )

    assert run.returncode == 0, run.stdout[-4000:]
