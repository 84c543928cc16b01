"""The bath, its drops and its tools."""

import math

import numpy as np
import pytest

from artworks.color import Palette, hex_color
from artworks.marbling import (
    Bath,
    Comb,
    Drop,
    Rake,
    Swell,
    Tine,
    Tool,
    Wave,
    Whirl,
    fill_bath,
    lift,
)
from artworks.sheet import Plane, as_plane

TOOLS: dict[str, Tool] = {
    "drop": Drop(500, 400, 60, 0),
    "rake": Rake(40, 30, 300),
    "comb": Comb(60, 30, 400, 120),
    "tine": Tine(500, 40, 60, 400, 150),
    "whirl": Whirl(500, 400, 80, 0.8),
    "wave": Wave(20, 60, 0.3),
    "swell": Swell(10, 50, 300, 0.1),
}


def points() -> tuple[Plane, Plane]:
    rng = np.random.default_rng(3)
    return as_plane(rng.uniform(0, 1024, 400)), as_plane(rng.uniform(0, 768, 400))


def empty_bath() -> Bath:
    return Bath(np.random.default_rng(0))


def area_of(bath: Bath, color: int) -> float:
    """Return the area in square units that the ink of a drop covers, counted on a grid."""
    x, y = (as_plane(side.ravel()) for side in np.meshgrid(np.arange(200.0), np.arange(200.0)))
    number, _, _ = lift(bath, x, y)
    return float((number == color).sum())


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_moves_ink_to_finite_places(name: str) -> None:
    x, y = points()
    before_x, before_y = TOOLS[name].undo(x, y)
    assert before_x.shape == before_y.shape == x.shape
    assert np.isfinite(before_x).all()
    assert np.isfinite(before_y).all()


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_moves_some_ink(name: str) -> None:
    x, y = points()
    before_x, before_y = TOOLS[name].undo(x, y)
    assert np.hypot(before_x - x, before_y - y).max() > 1


@pytest.mark.parametrize("name", ["rake", "wave"])
def test_does_not_change_the_other_axis(name: str) -> None:
    x, y = points()
    np.testing.assert_array_equal(TOOLS[name].undo(x, y)[1], y)


@pytest.mark.parametrize("name", ["comb", "tine", "swell"])
def test_keeps_the_column_of_ink_drawn_along_y(name: str) -> None:
    x, y = points()
    np.testing.assert_array_equal(TOOLS[name].undo(x, y)[0], x)


def test_turns_ink_around_the_stylus_at_the_same_distance() -> None:
    x, y = points()
    before_x, before_y = Whirl(500, 400, 80, 0.8).undo(x, y)
    np.testing.assert_allclose(
        np.hypot(before_x - 500, before_y - 400), np.hypot(x - 500, y - 400), rtol=1e-4, atol=1e-2
    )


def test_pushes_ink_outward_by_the_area_of_the_drop() -> None:
    _, y = Drop(0, 0, 30, 0).undo(as_plane([0]), as_plane([50]))
    assert float(y[0]) == pytest.approx(math.sqrt(50**2 - 30**2), rel=1e-5)


def test_shows_the_last_drop_on_top() -> None:
    bath = empty_bath()
    bath.drop(100, 100, 40, hex_color("#ff0000"))
    bath.drop(100, 100, 20, hex_color("#00ff00"))
    number, at_x, at_y = lift(bath, as_plane([100, 130, 190]), as_plane([101, 100, 190]))
    assert number.tolist() == [1, 0, -1]
    assert np.hypot(at_x[:2], at_y[:2]).max() < 1


def test_keeps_the_area_of_a_drop_under_a_later_one() -> None:
    bath = empty_bath()
    bath.drop(100, 100, 40, hex_color("#ff0000"))
    alone = area_of(bath, 0)
    bath.drop(112, 100, 25, hex_color("#00ff00"))
    assert area_of(bath, 0) == pytest.approx(alone, rel=0.01)


def test_sprinkles_the_colors_of_a_palette_in_turn() -> None:
    bath = empty_bath()
    bath.sprinkle(Palette(("#000000", "#ffffff")), 6, (0, 0, 100, 100), (2, 8))
    assert len(bath.colors) == 6
    light = [float(color.mean()) > 0.5 for color in bath.colors]
    assert light == [False, True] * 3
    drops = [tool for tool in bath.tools if isinstance(tool, Drop)]
    assert all(2 <= drop.radius <= 8 for drop in drops)


def test_fills_the_same_bath_from_the_same_seed() -> None:
    first, second = (fill_bath(np.random.default_rng(8)) for _ in range(2))
    assert first.tools == second.tools
    assert len(first.colors) == sum(isinstance(tool, Drop) for tool in first.tools)
