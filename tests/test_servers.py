"""Tests of the servers that other tests start."""

import sys
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.servers import Server, free_port, program, wait_until

SKIPPED, FAILED = pytest.skip.Exception, pytest.fail.Exception


class TestProgram:
    def test_finds_what_is_installed(self) -> None:
        assert Path(program("sh", "dash")).name == "sh"

    def test_skips_saying_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CI", raising=False)

        with pytest.raises(SKIPPED, match="apt-get install nothing"):
            program("no-such-program", "nothing")

    def test_fails_on_ci(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CI", "true")

        with pytest.raises(FAILED, match="apt-get install nothing"):
            program("no-such-program", "nothing")


class TestWaitUntil:
    def test_returns_what_it_waited_for(self) -> None:
        assert wait_until(lambda: "here", "it") == "here"

    def test_fails_when_it_takes_too_long(self) -> None:
        with pytest.raises(FAILED, match=r"the end took more than 0\.1 seconds"):
            wait_until(lambda: None, "the end", seconds=0.1)


class TestServer:
    def test_keeps_its_output_and_stops(self, tmp_path: Path) -> None:
        code = "import time; print('up', flush=True); time.sleep(600)"
        server = Server([sys.executable, "-c", code], tmp_path / "log")
        server.start()
        wait_until(lambda: "up" in server.log.read_text(), "the output")

        server.stop()
        server.stop()

        assert server.wait() != 0

    def test_is_killed_when_it_will_not_stop(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(servers, "STOP_SECONDS", 0.2)
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "
        server = Server([sys.executable, "-c", code + "time.sleep(600)"], tmp_path / "log")
        server.start()
        wait_until(server.log.read_text, "the output")

        server.stop()

        assert server.wait() == -9


class TestFreePort:
    def test_is_not_the_same_twice(self) -> None:
        assert free_port() != free_port()
