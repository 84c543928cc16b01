"""The script that gets what the whole test run needs finds what is there, and asks for the rest."""

from pathlib import Path

import pytest

from scripts import debian_packages
from scripts.debian_packages import is_there, missing


def test_finds_programs() -> None:
    assert is_there("sh")
    assert not is_there("no-such-program")


def test_finds_the_program_that_finds_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "fontconfig" in missing()
    (tmp_path / "fc-match").touch(mode=0o755)
    assert "fontconfig" not in missing()


def test_finds_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian_packages, "FONTS", tmp_path)
    assert "fonts-dejavu-core" in missing()
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "DejaVuSans.ttf").touch()
    assert "fonts-dejavu-core" not in missing()
