"""Outlines written as text."""

import pytest

from artworks.outlines import outline


def test_reads_pairs_between_spaces() -> None:
    assert outline("40,150 -110,96.5") == [(40.0, 150.0), (-110.0, 96.5)]


def test_reads_nothing_from_an_empty_text() -> None:
    assert outline("") == []


def test_rejects_a_point_without_a_y() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        outline("40")
