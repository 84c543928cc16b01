"""Color: names, OKLab, palettes and glazes."""

import numpy as np
import pytest

from artworks.color import (
    Palette,
    from_oklab,
    glaze,
    hex_color,
    jitter,
    mix,
    over,
    to_linear,
    to_oklab,
    to_srgb,
)
from artworks.sheet import as_plane


def some_colors() -> np.ndarray:
    return as_plane(np.random.default_rng(4).uniform(0.02, 0.98, (50, 3)))


def test_reads_a_hexadecimal_name() -> None:
    assert hex_color("#ff8000").tolist() == pytest.approx([1.0, 128 / 255, 0.0])


def test_reads_a_name_without_the_number_sign() -> None:
    assert hex_color("ffffff").tolist() == [1.0, 1.0, 1.0]


def test_converts_to_linear_light_and_back() -> None:
    colors = some_colors()
    assert to_srgb(to_linear(colors)) == pytest.approx(colors, abs=1e-5)


def test_converts_middle_gray_to_linear_light() -> None:
    assert float(to_linear(hex_color("#808080"))[0]) == pytest.approx(0.2159, abs=1e-4)


def test_converts_to_oklab_and_back() -> None:
    colors = some_colors()
    assert from_oklab(to_oklab(colors)) == pytest.approx(colors, abs=2e-3)


def test_gives_white_a_lightness_of_one_and_no_hue() -> None:
    assert to_oklab(hex_color("#ffffff")).tolist() == pytest.approx([1, 0, 0], abs=1e-4)


@pytest.mark.parametrize(("share", "expected"), [(0.0, "#204080"), (1.0, "#f0c040")])
def test_reaches_either_color_at_the_ends_of_a_mixture(share: float, expected: str) -> None:
    mixed = mix(hex_color("#204080"), hex_color("#f0c040"), share)
    assert mixed == pytest.approx(hex_color(expected), abs=2e-3)


def test_mixes_a_plane_of_shares_into_a_picture() -> None:
    shares = as_plane(np.linspace(0, 1, 12).reshape(3, 4))
    assert mix(hex_color("#000000"), hex_color("#ffffff"), shares).shape == (3, 4, 3)


def test_covers_where_alpha_is_one() -> None:
    below = np.zeros((2, 2, 3), np.float32)
    alpha = as_plane([[1.0, 0.0], [0.5, 2.0]])
    laid = over(below, hex_color("#ffffff"), alpha)
    assert laid[..., 0].tolist() == [[1.0, 0.0], [0.5, 1.0]]


def test_multiplies_by_the_pigment_once_at_density_one() -> None:
    white = np.ones((1, 1, 3), np.float32)
    pigment = hex_color("#8040c0")
    assert glaze(white, pigment, 1.0)[0, 0] == pytest.approx(pigment, abs=1e-6)


def test_darkens_with_density_and_never_lightens() -> None:
    white = np.ones((1, 1, 3), np.float32)
    thin, thick = (glaze(white, hex_color("#5a8fd0"), d).mean() for d in (0.5, 2.0))
    assert thick < thin < 1
    assert glaze(white, hex_color("#5a8fd0"), -3.0) == pytest.approx(white)


def test_varies_colors_a_little_around_their_mean() -> None:
    gray = np.full((4000, 3), 0.5, np.float32)
    moved = jitter(gray, np.random.default_rng(0), light=0.03)
    assert moved.std() > 0.01
    assert moved.mean() == pytest.approx(0.5, abs=0.01)


def test_does_not_change_colors_without_deviation() -> None:
    colors = some_colors()
    assert jitter(colors, np.random.default_rng(0)) == pytest.approx(colors, abs=2e-3)


def test_runs_from_the_first_color_to_the_last() -> None:
    palette = Palette(("#102030", "#80a060", "#fff0c0"))
    assert palette.ramp(0.0) == pytest.approx(hex_color("#102030"), abs=2e-3)
    assert palette.ramp(0.5) == pytest.approx(hex_color("#80a060"), abs=2e-3)
    assert palette.ramp(7.0) == pytest.approx(hex_color("#fff0c0"), abs=2e-3)


def test_finds_the_nearest_color_of_a_palette() -> None:
    palette = Palette(("#ff0000", "#00ff00", "#0000ff"))
    near = palette.nearest(as_plane([[0.9, 0.2, 0.1], [0.1, 0.1, 0.8]]))
    assert near.tolist() == [[1, 0, 0], [0, 0, 1]]
