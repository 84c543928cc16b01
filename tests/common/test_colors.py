"""The names of the main colors of a picture."""

import pytest
from PIL import Image

from common.colors import COLOR_NAMES, MOST_NAMES, color_names
from tests.support.factories import make_picture


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#c0392b", "red"),
        ("#e67e22", "orange"),
        ("#f4d03f", "yellow"),
        ("#2e8b57", "green"),
        ("#17a2a2", "teal"),
        ("#1f4e9c", "blue"),
        ("#7d3c98", "purple"),
        ("#ffc0cb", "pink"),
        ("#6b4423", "brown"),
        ("#0b0b0d", "black"),
        ("#808080", "gray"),
        ("#fbfaf8", "white"),
    ],
)
def test_names_a_color(color: str, name: str) -> None:
    assert color_names(Image.new("RGB", (40, 30), color)) == [name]


def test_names_the_most_frequent_first() -> None:
    picture = Image.new("RGB", (100, 100), "#1f4e9c")
    picture.paste("#c0392b", (0, 0, 100, 30))
    picture.paste("#2e8b57", (0, 0, 5, 5))
    assert color_names(picture) == ["blue", "red"]


def test_shows_white_through_what_is_transparent() -> None:
    assert color_names(Image.new("RGBA", (8, 8), (255, 0, 0, 0))) == ["white"]


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (300, 200)])
def test_names_some_color_of_every_picture(size: tuple[int, int]) -> None:
    names = color_names(make_picture(size))
    assert 1 <= len(names) <= MOST_NAMES
    assert set(names) <= set(COLOR_NAMES)
