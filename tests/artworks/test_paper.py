"""Relief of paper, canvas and wood, and the light on it."""

from collections.abc import Callable

import numpy as np
import pytest

from artworks.paper import (
    canvas_weave,
    deckle,
    light_up,
    paper_grain,
    relief_light,
    vignette,
    wood_grain,
)
from artworks.sheet import Plane, Sheet


@pytest.mark.parametrize("support", [paper_grain, canvas_weave, wood_grain])
def test_gives_a_relief_between_zero_and_one(support: Callable[[Sheet], Plane]) -> None:
    relief = support(Sheet(120, 90, 3))
    assert relief.shape == (90, 120)
    assert relief.min() >= 0
    assert relief.max() <= 1
    assert relief.std() > 0.03


def test_lights_a_flat_relief_evenly() -> None:
    shade, gloss = relief_light(np.zeros((8, 8), np.float32), strength=4, gloss=1)
    assert shade == pytest.approx(1, abs=1e-6)
    assert gloss.max() < 1e-6


def test_lights_the_side_that_faces_the_light() -> None:
    hill = np.exp(-((np.arange(41) - 20) ** 2) / 40)
    relief = np.outer(hill, hill).astype(np.float32)
    shade, gloss = relief_light(relief, strength=8, gloss=1)
    assert shade[16, 16] > 1 > shade[24, 24]
    assert gloss[:20, :20].max() > gloss[21:, 21:].max()


def test_keeps_a_lit_picture_in_range() -> None:
    picture = np.full((4, 4, 3), 0.8, np.float32)
    lit = light_up(picture, np.full((4, 4), 1.6), np.full((4, 4), 0.4))
    assert lit.max() == 1


def test_lights_by_depth() -> None:
    picture = np.full((2, 2, 3), 0.5, np.float32)
    dark, none = np.full((2, 2), 0.5), np.zeros((2, 2))
    assert light_up(picture, dark, none, depth=0.5) == pytest.approx(0.375)
    assert light_up(picture, dark, none, depth=0.0) == pytest.approx(0.5)


def test_darkens_the_corners_only() -> None:
    fall = vignette(Sheet(40, 40, 0), depth=0.3)
    assert fall[20, 20] == pytest.approx(1, abs=0.01)
    assert fall[0, 0] == pytest.approx(0.71, abs=0.02)


def test_leaves_an_uneven_margin_around_the_print() -> None:
    mask = deckle(Sheet(128, 96, 1), margin=60, rough=12)
    assert mask[48, 64] == pytest.approx(1)
    assert mask[0].max() == 0
    assert mask[:, 0].max() == 0
    firsts = (mask > 0.5).argmax(axis=0)[20:-20]
    assert len(set(firsts.tolist())) > 1
