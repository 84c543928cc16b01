"""The check of TensorRT says what is missing, runs each part in its time, and ends in one line."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rich.console import Console

from scripts import check_tensorrt
from scripts.check_tensorrt import Finding, Part, look, main, parts_of, run
from style_transfer.backends import sessions
from style_transfer.backends.sessions import CPU_PROVIDER, GPU_PROVIDERS, TENSORRT, load_runtime

PYTHON = sys.executable


def missing() -> list[str]:
    return [each.sentence for each in look() if each.needed and not each.found]


@pytest.fixture
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(load_runtime(), "get_available_providers", lambda: [CPU_PROVIDER])
    monkeypatch.setenv("PATH", "")


@pytest.mark.usefixtures("_no_gpu")
def test_ends_with_what_a_machine_without_a_gpu_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == (
        "TensorRT was not checked. This machine has no NVIDIA GPU that torch can use,"
        " no TensorrtExecutionProvider in ONNX Runtime, no CUDAExecutionProvider in ONNX Runtime."
    )
    assert "Not found: no program trtexec." in printed


@pytest.mark.usefixtures("_no_gpu")
def test_names_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "onnxruntime", None)
        assert "no package onnxruntime" in missing()
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "no package onnx, which exports need" in missing()


@pytest.mark.usefixtures("_no_gpu")
def test_names_a_provider_that_is_listed_and_does_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # ONNX Runtime lists the providers that it was built with, also without their libraries.
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    listed = [*GPU_PROVIDERS, CPU_PROVIDER]
    monkeypatch.setattr(load_runtime(), "get_available_providers", lambda: listed)
    assert any(each.startswith(f"no {TENSORRT} that starts") for each in missing())


def test_runs_on_after_a_failure_and_names_each(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [
        Part("good", (PYTHON, "-c", "")),
        Part("bad", (PYTHON, "-c", "raise SystemExit(3)")),
        Part("again", (PYTHON, "-c", "")),
    ]
    assert run(iter(parts), Console()) == ["bad failed with exit status 3"]
    printed = capsys.readouterr().out
    assert "good: succeeded" in printed
    assert "again: succeeded" in printed


def test_stops_a_part_that_takes_too_long_and_runs_none_after_it() -> None:
    endless = (PYTHON, "-c", "import signal; signal.pause()")
    parts = iter([Part("endless", endless), Part("late", (PYTHON, "-c", ""))])
    failed = run(parts, Console(), limit=0.2)
    assert failed == ["endless stopped after 0 seconds", "late not run, no time was left"]


def test_takes_the_next_part_when_the_one_before_has_ended(tmp_path: Path) -> None:
    made = tmp_path / "made"

    def parts() -> Iterator[Part]:
        yield Part("write", (PYTHON, "-c", f"open({str(made)!r}, 'w').close()"))
        assert made.exists()
        yield Part("last", (PYTHON, "-c", ""))

    assert run(parts(), Console()) == []


def test_checks_the_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    titles = [part.title for part in parts_of("fast", tmp_path)]
    assert titles == ["export float32", "export float16", "export s8", "verify", "paint", "table"]


def test_ends_with_what_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv(sessions.SETTING, "")  # main sets it; this puts it back
    monkeypatch.setattr(check_tensorrt, "look", lambda: [Finding(found=True, sentence="all")])
    bad = Part("bad", (PYTHON, "-c", "raise SystemExit(1)"))
    monkeypatch.setattr(check_tensorrt, "parts_of", lambda *_: iter([bad]))
    assert main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "TensorRT was checked, and not all succeeded: bad failed with exit status 1."
    )
    monkeypatch.setattr(check_tensorrt, "parts_of", lambda *_: iter([]))
    assert main([]) == 0
