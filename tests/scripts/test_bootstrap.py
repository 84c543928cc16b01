"""The first script that a new user runs: it prints clear sentences, and repeats no work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap


@pytest.fixture
def stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the script use a temporary environment."""
    path = tmp_path / "installed"
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", path)
    return path


def test_says_which_python_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"Install Python 3\.11 or newer.*this is Python 3\.9"):
        bootstrap.check_python()


def test_accepts_the_python_it_runs_on() -> None:
    bootstrap.check_python()


def test_finds_nothing_installed_before_the_first_install(stamp: Path) -> None:
    assert not stamp.exists()
    assert not bootstrap.is_installed(bootstrap.wanted(""))


def test_returns_at_once_when_the_stamp_matches(
    stamp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp.write_text(bootstrap.wanted("") + "\n")
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    monkeypatch.setattr(bootstrap, "install", lambda _extras: pytest.fail("installed again"))
    bootstrap.main()


def test_installs_the_larger_set_over_the_smaller(
    stamp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp.write_text(bootstrap.wanted("") + "\n")
    asked: list[str] = []
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--dev"])
    monkeypatch.setattr(bootstrap, "install", asked.append)
    bootstrap.main()
    assert asked == ["prod,dev"]
    assert bootstrap.is_installed(bootstrap.wanted(""))
    assert bootstrap.is_installed(bootstrap.wanted("prod,dev"))


def test_needs_a_new_install_after_a_change_of_the_pins(
    stamp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bootstrap.wanted("")
    root = tmp_path / "project"
    root.mkdir()
    for name in ("pyproject.toml", "setup.py", "constraints.txt"):
        (root / name).write_text("changed")
    monkeypatch.setattr(bootstrap, "ROOT", root)
    assert bootstrap.wanted("") != before
    assert stamp.parent == bootstrap.VENV


def test_passes_more_arguments_to_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_ARGS", "--no-index -f wheels")
    command = bootstrap.pip_command("dev")
    assert command[-2:] == ["-e", ".[dev]"]
    assert command[-5:-2] == ["--no-index", "-f", "wheels"]


def test_names_the_compiler_when_pip_fails(stamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = stamp.parent / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(SystemExit, match=r"the last lines of pip above say why.*compiler"):
        bootstrap.install("")
    assert not stamp.exists()
    assert os.access(python, os.X_OK)


def test_lists_the_targets_when_make_has_no_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=Path(__file__).resolve().parent.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    for target in ("run", "test", "check", "lint", "types", "contracts"):
        assert f"make {target} " in done.stdout
