"""Tests of the cases in which `serve` refuses to start. tests/faults tests a normal start."""

import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from styleweb.management.commands import serve
from styleweb.management.commands.serve import check_port, hold_data_folder
from tests.support.servers import free_port


class TestCheckPort:
    def test_accepts_a_free_port(self) -> None:
        check_port("127.0.0.1", free_port())

    def test_suggests_another_port_when_the_port_is_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            with pytest.raises(CommandError) as refusal:
                check_port("127.0.0.1", port)

        assert str(refusal.value) == (
            f"Choose another port (make run PORT={port + 1}): {port} is in use."
        )

    def test_names_its_own_command_when_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(serve, "IN_CHECKOUT", False)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CommandError, match=rf"\(styleweb serve --port {port + 1}\)"):
                check_port("127.0.0.1", port)

    def test_refuses_a_number_that_is_not_a_port(self) -> None:
        with pytest.raises(CommandError, match="from 1 to 65535"):
            check_port("127.0.0.1", 70000)

    def test_refuses_an_address_of_another_machine(self) -> None:
        with pytest.raises(CommandError, match="Choose another address"):
            check_port("192.0.2.1", 8000)

    def test_stops_the_command_before_it_changes_anything(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()

            with pytest.raises(CommandError, match="is in use"):
                call_command("serve", port=taken.getsockname()[1])

    def test_does_not_start_with_redis(self, settings: Settings) -> None:
        settings.EMBEDDED = False

        with pytest.raises(CommandError, match="Unset REDIS_URL"):
            call_command("serve", port=free_port())


class TestHoldDataFolder:
    def test_lets_only_one_server_use_the_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "serve.lock"

        with hold_data_folder(path), pytest.raises(CommandError, match="Stop the other Styleweb"):
            hold_data_folder(path)

    def test_can_be_used_again_after_release(self, tmp_path: Path) -> None:
        path = tmp_path / "serve.lock"
        hold_data_folder(path).close()

        hold_data_folder(path).close()
