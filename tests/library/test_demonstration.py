"""The demonstration pairs: they exist, are small, and have credits."""

from pathlib import Path

import pytest
from PIL import Image

from library.demonstration import PAIRS, Pair

STATIC = Path(__file__).resolve().parents[2] / "static"
LARGEST_BYTES = 260_000


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_has_two_pictures_of_the_declared_size(pair: Pair) -> None:
    for path in (pair.before, pair.after):
        with Image.open(STATIC / path) as picture:
            assert picture.size == (pair.width, pair.height)
        assert (STATIC / path).stat().st_size < LARGEST_BYTES


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_credits_its_photo(pair: Pair) -> None:
    credits_text = (STATIC / "demo" / "CREDITS.md").read_text("utf-8")
    assert f"{pair.name}-before.webp" in credits_text
    assert pair.photographer in credits_text
