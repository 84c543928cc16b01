"""Tests of the preparation before the site serves."""

from pathlib import Path

import pytest
from pytest_django import Settings

from styleweb import preparation


@pytest.fixture
def static_folder(settings: Settings, tmp_path: Path) -> Path:
    """Return the source folder of the static files, with one file in it."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "site.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    return folder


class TestCollectStatic:
    def test_collects_once(self, static_folder: Path, tmp_path: Path, settings: Settings) -> None:
        collected = Path(settings.STATIC_ROOT) / "site.css"
        said: list[str] = []
        preparation.collect_static(tmp_path / "stamp", said.append)
        assert collected.read_text() == (static_folder / "site.css").read_text()
        collected.write_text("touched")

        preparation.collect_static(tmp_path / "stamp", said.append)

        assert collected.read_text() == "touched"
        assert len(said) == 1

    def test_collects_again_after_a_change(
        self, static_folder: Path, tmp_path: Path, settings: Settings
    ) -> None:
        preparation.collect_static(tmp_path / "stamp", print)
        (static_folder / "more.css").write_text("b { color: blue }")

        preparation.collect_static(tmp_path / "stamp", print)

        assert (Path(settings.STATIC_ROOT) / "more.css").exists()

    @pytest.mark.usefixtures("static_folder")
    def test_collects_nothing_after_the_data_folder_was_moved(
        self, tmp_path: Path, settings: Settings
    ) -> None:
        said: list[str] = []
        old, new = tmp_path / "old", tmp_path / "new"
        old.mkdir()
        settings.DATA_DIR, settings.STATIC_ROOT = old, old / "static"
        preparation.collect_static(old / "stamp", said.append)

        old.rename(new)
        settings.DATA_DIR, settings.STATIC_ROOT = new, new / "static"
        preparation.collect_static(new / "stamp", said.append)

        assert len(said) == 1


@pytest.mark.django_db
class TestMigrate:
    def test_does_nothing_when_no_migration_is_missing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        called: list[str] = []
        monkeypatch.setattr(preparation, "call_command", lambda name, **_: called.append(name))

        preparation.migrate(called.append)

        assert called == []
