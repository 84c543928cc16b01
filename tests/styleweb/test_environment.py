"""Where the files of a site are and where it writes, in a checkout and when installed."""

from pathlib import Path

import pytest

from styleweb import environment
from styleweb.variables import WrongSetting


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the site behave as if it is installed. Return the data folder of the user."""
    monkeypatch.setattr(environment, "IN_CHECKOUT", False)
    monkeypatch.delenv("STYLEWEB_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_writes_to_var_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    monkeypatch.delenv("STYLEWEB_DATA")
    assert environment.IN_CHECKOUT
    assert environment.data_dir() == tmp_path / "var"
    assert environment.part_of_site("static") == tmp_path / "static"


def test_writes_to_the_data_folder_of_the_user_when_installed(installed: Path) -> None:
    assert environment.data_dir() == installed / "styleweb"
    assert (installed / "styleweb").is_dir()


def test_finds_its_folders_inside_the_installed_package(installed: Path) -> None:
    assert installed.is_dir()
    package = Path(environment.__file__).parent
    assert environment.part_of_site("static") == package / "_static"


def test_writes_to_the_folder_that_the_operator_names(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLEWEB_DATA", str(tmp_path / "elsewhere"))
    assert environment.data_dir() == tmp_path / "elsewhere"
    assert not (installed / "styleweb").exists()


class TestSiteAddress:
    @pytest.mark.parametrize(
        ("hosts", "https", "address"),
        [
            (["127.0.0.1", "localhost"], False, "http://127.0.0.1"),
            (["localhost", "styleweb.example"], True, "https://styleweb.example"),
            ([".styleweb.example", "*", "[::1]"], False, "http://[::1]"),
            (["*"], False, "http://localhost"),
        ],
    )
    def test_is_that_of_a_host_of_the_site(
        self, monkeypatch: pytest.MonkeyPatch, hosts: list[str], *, https: bool, address: str
    ) -> None:
        monkeypatch.delenv("STYLEWEB_ADDRESS", raising=False)
        assert environment.site_address(hosts, https=https) == address

    @pytest.mark.parametrize("address", ["https://a.example", "http://[::1]:8000"])
    def test_can_be_given(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setenv("STYLEWEB_ADDRESS", address)
        assert environment.site_address(["localhost"], https=True) == address

    @pytest.mark.parametrize(
        "text",
        ["", "a.example", "https://a.example/", "ftp://a.example", "https://a b", "https://"],
    )
    def test_is_nothing_else(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv("STYLEWEB_ADDRESS", text)
        with pytest.raises(
            WrongSetting, match=r"STYLEWEB_ADDRESS.* https://styleweb\.example\.org"
        ):
            environment.site_address(["localhost"], https=True)


class TestTrustedProxies:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("1", 1), ("9", 9)])
    def test_are_a_small_number(
        self, monkeypatch: pytest.MonkeyPatch, text: str, number: int
    ) -> None:
        monkeypatch.setenv("STYLEWEB_TRUSTED_PROXIES", text)
        assert environment.trusted_proxies(https=False) == number

    @pytest.mark.parametrize("text", ["10", "-1", "1.0", "one", "", " 1", "1_0", "\u0661"])
    def test_are_nothing_else(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv("STYLEWEB_TRUSTED_PROXIES", text)
        with pytest.raises(WrongSetting, match=r"STYLEWEB_TRUSTED_PROXIES.* from 0 to 9"):
            environment.trusted_proxies(https=False)

    def test_include_the_one_that_ends_tls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("STYLEWEB_TRUSTED_PROXIES", raising=False)
        with pytest.raises(WrongSetting, match=r"STYLEWEB_HTTPS.*STYLEWEB_TRUSTED_PROXIES"):
            environment.trusted_proxies(https=True)
