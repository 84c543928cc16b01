"""Folders of weights for the tests of manifests and of loading weights."""

from pathlib import Path

import pytest

from style_transfer.core import manifest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for the user's weights; the folder of shipped weights is empty too."""
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path / "added"))
    (tmp_path / "shipped").mkdir()
    (tmp_path / "added").mkdir()
    return tmp_path / "added"
