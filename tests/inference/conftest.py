"""Fixtures that give a method a trait which no shipped method has at the moment."""

from dataclasses import replace
from typing import Any

import pytest

from library import methods
from library.models import Style
from style_transfer.core.catalog import METHOD_INFOS


def _change_optimize(patch: pytest.MonkeyPatch, **fields: Any) -> None:
    patch.setitem(METHOD_INFOS, "optimize", replace(METHOD_INFOS["optimize"], **fields))


@pytest.fixture
def optimize_needs_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the method optimize paint only from pictures of artworks, not from style codes."""
    _change_optimize(monkeypatch, needs_pictures=True)

    def has_picture(style: Style) -> bool:
        return style.has_picture

    monkeypatch.setitem(methods._usable, "optimize", has_picture)


@pytest.fixture
def optimize_enlarges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the method optimize paint at most two megapixels, and enlarge the result."""
    _change_optimize(monkeypatch, max_pixels=2_000_000)
