"""Runs the tests of the queue and of the services again, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.servers import PostgreSQL
from tests.sites import ROOT

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.mark.parametrize(
    "path",
    [
        "tests/common/test_locks.py",
        "tests/inference/test_queue.py",
        "tests/inference/test_workers.py",
        "tests/inference/test_lanes.py",
        "tests/inference/test_durations.py",
        "tests/inference/test_turns.py",
        "tests/inference/test_proof_queue.py",
        "tests/inference/test_changes.py",
        "tests/inference/runner",
        "tests/inference/test_snapshots.py",
        "tests/inference/services",
    ],
)
def test_passes_on_postgresql_too(postgresql: PostgreSQL, path: str) -> None:
    environment = {**os.environ, "DATABASE_URL": postgresql.url("postgres")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", path]

    run = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )

    assert run.returncode == 0, run.stdout[-4000:]
