"""A site starts only with an environment that means what it says."""

from pathlib import Path

import pytest

from styleweb import environment
from styleweb.variables import WrongSetting

GOOD_ORIGINS = [
    *("https://a.example", "https://*.example.org:8443"),
    *("http://localhost:8080", "http://127.0.0.1", "http://[::1]:8000"),
]


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
