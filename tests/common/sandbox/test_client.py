"""Tasks in children with limits: the file or the server is at fault, and the next task works."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.sandbox.client import Sandbox, ServerBusy, TaskRefused
from tests.support.factories import drawn_bytes
from tests.support.servers import wait_until


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Return a sandbox whose tasks go wrong."""
    sandbox = Sandbox("tests.support.costly_tasks")
    yield sandbox
    sandbox.stop()


def test_returns_the_result_of_a_task(sandbox: Sandbox) -> None:
    parts = [b"", b"a" * 3_000_000, bytes(7)]
    assert sandbox.run("echo", *parts).parts == parts


def test_runs_each_task_in_its_own_process(sandbox: Sandbox) -> None:
    pids = {sandbox.run("echo").header["process"] for _ in range(3)}
    assert len(pids) == 3
    assert os.getpid() not in pids


@pytest.mark.parametrize(
    ("task", "code"),
    [("fill_memory", "too_costly"), ("never_end", "too_costly"), ("crash", "unreadable")],
)
def test_blames_a_file_that_breaks_its_child(sandbox: Sandbox, task: str, code: str) -> None:
    with pytest.raises(TaskRefused) as refused:
        sandbox.run(task)
    assert refused.value.code == code
    assert sandbox.run("echo", b"next").parts == [b"next"]


@pytest.mark.parametrize("task", ["be_killed", "fail"])
def test_blames_no_file_for_what_the_server_does(sandbox: Sandbox, task: str) -> None:
    with pytest.raises(ServerBusy) as busy:
        sandbox.run(task)
    assert (busy.value.status, busy.value.retry_after) == (503, 5)
    assert sandbox.run("echo", b"next").parts == [b"next"]


def test_writes_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "written"
    assert sandbox.run("write", path=str(path)).header["error"] == errno.EFBIG


def test_knows_no_secret_and_loads_neither_django_nor_torch(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLEWEB_SECRET_KEY", "canary")
    sandbox.stop()
    seen = sandbox.run("look").header
    assert not {"django", "torch"} & set(seen["modules"])
    assert not any(name.startswith(("STYLEWEB", "DATABASE")) for name in seen["variables"])


def test_loads_the_libraries_once_for_all_children(sandbox: Sandbox) -> None:
    assert sandbox.run("load", drawn_bytes((8, 8))).header["modules"] == []


def test_starts_again_after_its_server_was_killed(sandbox: Sandbox) -> None:
    sandbox.start()
    assert sandbox.server is not None
    sandbox.server.kill()
    sandbox.server.wait()
    assert sandbox.run("echo", b"next").parts == [b"next"]


def test_ends_its_server_with_the_web_process(sandbox: Sandbox) -> None:
    sandbox.start().close()
    server = sandbox.server
    assert server is not None
    wait_until(lambda: server.poll() == 0, "the end of the server")
    sandbox.stop()
