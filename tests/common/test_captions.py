"""Captions stand in a strip below a picture, whatever its size, its mode and its script."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from common.captions import INK, PAPER, with_caption
from tests.support.factories import make_picture

LINES = ["“Sea” by Alice, CC BY 4.0", "after “The Great Wave”, Katsushika Hokusai, 1831"]


@pytest.mark.parametrize("size", [(64, 64), (900, 300), (4096, 64)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_leave_the_picture_as_it_is(size: tuple[int, int], mode: str) -> None:
    picture = make_picture(size, mode=mode)
    if mode == "RGBA":
        picture.putalpha(0)
    made = with_caption(picture, LINES)
    assert (made.mode, made.width) == (mode, picture.width)
    assert made.height > picture.height
    assert made.crop((0, 0, *size)).tobytes() == picture.tobytes()
    strip = made.crop((0, size[1], *made.size))
    gray = np.asarray(strip.convert("L"))
    assert (gray.max(), gray.min() < 128) == (255, True)
    if mode == "RGBA":
        assert np.asarray(strip)[..., 3].min() == 255


def test_break_long_lines_inside_the_picture() -> None:
    picture = Image.new("RGB", (300, 100), "red")
    short, long = (with_caption(picture, [LINES[0] * count]) for count in (1, 8))
    assert long.height > short.height
    # The margins stay empty.
    for left, right in ((0, 8), (292, 300)):
        assert long.crop((left, 100, right, long.height)).getcolors() == [
            (8 * (long.height - 100), PAPER)
        ]


def test_are_never_taller_than_a_dozen_lines() -> None:
    picture = Image.new("RGB", (64, 64))
    assert with_caption(picture, ["word " * 5000]).height < 64 + 300


def test_draw_the_ink_of_every_line() -> None:
    made = with_caption(Image.new("RGB", (600, 40), "red"), LINES)
    ink = [
        y
        for y in range(40, made.height)
        if INK in [color for _count, color in made.crop((0, y, 600, y + 1)).getcolors(600) or []]
    ]
    gaps = [below - above for above, below in pairwise(ink)]
    assert sum(gap > 1 for gap in gaps) >= 1
