"""A site starts only with an environment that means what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_deploy_files import settings_read
from styleweb import environment
from styleweb.variables import WrongSetting

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgres://styleweb:secret@127.0.0.1:1/styleweb",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "STYLEWEB_HOSTS": "styleweb.example",
    "STYLEWEB_HTTPS": "true",
    "STYLEWEB_TRUSTED_PROXIES": "2",
    "STYLEWEB_SECRET_KEY": "aB3-fG7_jK1.mN5!qR9~tU2+vX6=yZ8*cD4&hL0^pS3%wE7#oI",
}

GOOD_ORIGINS = [
    *("https://a.example", "https://*.example.org:8443"),
    *("http://localhost:8080", "http://127.0.0.1", "http://[::1]:8000"),
]


def manage(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a management command in a fresh environment."""
    kept = {name: value for name, value in os.environ.items() if name not in settings_read()}
    chosen = {**kept, "STYLEWEB_DATA": str(folder), **environment}
    chosen["DJANGO_SETTINGS_MODULE"] = "styleweb.settings"
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, env=chosen, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.slow
def test_passes_the_checks_for_deployment(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_warns_of_mails_in_the_log_at_deployment(tmp_path: Path) -> None:
    environment = {**PRODUCTION, "EMAIL_URL": "consolemail://"}
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert done.returncode == 1
    assert "Set EMAIL_URL to a mail server." in done.stderr


@pytest.mark.slow
def test_ends_a_command_with_one_sentence(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", STYLEWEB_THREADS="abc")
    assert done.returncode == 1
    assert done.stderr == (
        "Styleweb does not start. STYLEWEB_THREADS is 'abc'. "
        "Set it to a whole number from 0 to 1024.\n"
    )


class TestDebug:
    def test_is_refused_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STYLEWEB_DEBUG", "true")
        assert environment.debug(embedded=True)
        with pytest.raises(WrongSetting, match=r"^STYLEWEB_DEBUG"):
            environment.debug(embedded=False)


class TestHosts:
    def test_are_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STYLEWEB_HOSTS", "styleweb.example, .example.org,[::1],10.0.0.1")
        assert environment.hosts(embedded=False) == [
            *("styleweb.example", ".example.org", "[::1]", "10.0.0.1"),
        ]

    @pytest.mark.parametrize("text", ["*", "a.example,*", "https://a.example", "a.example:80", ""])
    def test_are_nothing_else_in_production(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.setenv("STYLEWEB_HOSTS", text)
        with pytest.raises(WrongSetting, match=r"^STYLEWEB_HOSTS .*host names"):
            environment.hosts(embedded=False)

    def test_can_be_all_without_redis(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STYLEWEB_HOSTS", "*")
        assert environment.hosts(embedded=True) == ["*"]


class TestOrigins:
    @pytest.mark.parametrize("text", GOOD_ORIGINS)
    def test_are_encrypted_or_local_in_production(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.setenv("STYLEWEB_ORIGINS", text)
        assert environment.origins(embedded=False) == [text]

    @pytest.mark.parametrize(
        "text",
        ["http://a.example", "http://localhost.a.example", "a.example", "https://a.example/x", "*"],
    )
    def test_are_nothing_else_in_production(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.setenv("STYLEWEB_ORIGINS", text)
        with pytest.raises(WrongSetting, match=r"^STYLEWEB_ORIGINS .*https://"):
            environment.origins(embedded=False)


class TestServers:
    @pytest.mark.parametrize(
        "text", ["foo", "", "postgres://", "postgres://u:secret@h:port/n", "mysql://u:secret@h/n"]
    )
    def test_are_no_database(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv("DATABASE_URL", text)
        with pytest.raises(WrongSetting, match=r"^DATABASE_URL is") as wrong:
            environment.database(Path("/nowhere"))
        assert "secret" not in str(wrong.value)

    def test_keep_the_file_of_a_folder_with_any_name(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        folder = tmp_path / "50% of #1?"
        assert environment.database(folder)["NAME"] == str(folder / "db.sqlite3")

    @pytest.mark.parametrize("text", ["", "localhost:6379", "http://:secret@localhost", "redis://"])
    def test_are_no_redis(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv("REDIS_URL", text)
        with pytest.raises(WrongSetting, match=r"^REDIS_URL is") as wrong:
            environment.redis_url()
        assert "secret" not in str(wrong.value)


def test_refuses_a_time_zone_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_TIME_ZONE", "Zurich")
    with pytest.raises(WrongSetting, match=r"^STYLEWEB_TIME_ZONE is 'Zurich'"):
        environment.time_zone()


@pytest.mark.parametrize("text", ["", "/dev/null", "/proc/none"])
def test_refuses_a_folder_that_cannot_be(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("STYLEWEB_DATA", text)
    with pytest.raises(WrongSetting, match="STYLEWEB_DATA"):
        environment.data_dir()


@pytest.mark.parametrize("text", ["nobody", "A <a@example.org", "a@example.org\nBcc: b@c.example"])
def test_refuses_a_sender_that_is_no_address(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("STYLEWEB_FROM", text)
    with pytest.raises(WrongSetting, match=r"^STYLEWEB_FROM is"):
        environment.sender()


def test_refuses_a_level_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_LOG_LEVEL", "verbose")
    with pytest.raises(WrongSetting, match="Set it to DEBUG, INFO, WARNING, ERROR"):
        environment.log_level()
