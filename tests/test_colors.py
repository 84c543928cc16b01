"""The palette is readable: every pair of ink and ground in both lights."""

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parent.parent / "static" / "css" / "tokens.css"
PALETTE = {
    name: (day, night)
    for name, day, night in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS.read_text("utf-8")
    )
}
GROUNDS = ("ground", "room", "paper")
LIGHTS = (0, 1)


def luminance(color: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colors, 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_measures_black_on_white_as_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("ink", "ground", "light"),
    list(product(("ink", "ink-soft", "accent", "alert"), GROUNDS, LIGHTS)),
)
def test_is_readable_as_text(ink: str, ground: str, light: int) -> None:
    assert contrast(PALETTE[ink][light], PALETTE[ground][light]) >= 4.5


@pytest.mark.parametrize(("ground", "light"), list(product(GROUNDS, LIGHTS)))
def test_shows_the_edges_of_controls(ground: str, light: int) -> None:
    assert contrast(PALETTE["edge"][light], PALETTE[ground][light]) >= 3


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("accent", ["accent", "accent-deep"])
def test_is_readable_on_the_button(accent: str, light: int) -> None:
    assert contrast(PALETTE[accent][light], PALETTE["on-accent"][light]) >= 4.5
