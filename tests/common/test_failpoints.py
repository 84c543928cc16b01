"""Tests of the places where a test can make a failure happen."""

import subprocess
import sys
from pathlib import Path

import pytest

from common import failpoints
from tests.support.sites import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLEWEB_FAILPOINTS", str(tmp_path))
    return tmp_path


def test_does_nothing_on_a_site_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STYLEWEB_FAILPOINTS", raising=False)
    failpoints.hit("step")


def test_does_nothing_at_a_place_without_a_file(folder: Path) -> None:
    (folder / "elsewhere").write_text("memory")
    failpoints.hit("step")


@pytest.mark.parametrize(
    ("action", "error"), [("memory", MemoryError), ("torch-memory", RuntimeError)]
)
def test_raises_the_requested_error_once(folder: Path, action: str, error: type[Exception]) -> None:
    (folder / "step").write_text(action)
    with pytest.raises(error):
        failpoints.hit("step")
    failpoints.hit("step")


def test_raises_an_error_as_often_as_requested(folder: Path) -> None:
    (folder / "step").write_text("memory 3")
    for _ in range(3):
        with pytest.raises(MemoryError):
            failpoints.hit("step")
    failpoints.hit("step")


def test_waits_when_the_file_says_hang(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("common.failpoints.time.sleep", slept.append)
    (folder / "step").write_text("hang\n")
    failpoints.hit("step")
    assert slept == [failpoints.HANG_SECONDS]


def test_kills_the_process_when_the_file_says_kill(folder: Path) -> None:
    (folder / "step").write_text("kill")
    lines = "from common import failpoints; failpoints.hit('step')"
    run = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, check=False)
    assert run.returncode == -9
