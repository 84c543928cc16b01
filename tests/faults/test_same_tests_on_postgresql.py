"""Runs the tests of the queue, of the services and of the API again, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.support.servers import PostgreSQL
from tests.support.sites import ROOT

pytestmark = [pytest.mark.services, pytest.mark.slow]


# What the database decides: locks, claims, constraints, JSON, and texts and numbers of clients. The
# tests that paint are not here: a production site of tests/faults paints on PostgreSQL.
PATHS = (
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
    "tests/inference/worker/test_attempts.py",
    "tests/inference/worker/test_leftovers.py",
    "tests/inference/worker/test_revisions.py",
    "tests/styleweb/test_api_properties.py",
)
# They read many kinds of files, and write the same rows as the other tests of that file.
LEFT_OUT = tuple(
    f"tests/inference/services/test_photos.py::test_{name}"
    for name in (
        "stores_no_metadata_in_any_file",
        "stores_every_version_upright",
        "takes_little_memory_of_the_web_process",
    )
)


@pytest.mark.timeout(900)
def test_also_passes_on_postgresql(postgresql: PostgreSQL) -> None:
    environment = {**os.environ, "DATABASE_URL": postgresql.url("postgres")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PATHS]
    command += [f"--deselect={test}" for test in LEFT_OUT]

    run = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False
    )

    assert run.returncode == 0, run.stdout[-4000:]
