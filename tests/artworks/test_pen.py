"""The pen: forms, contours that later forms hide, and hatched layers."""

import numpy as np
import pytest

from artworks.pen import LAYERS, Drawing, hatch
from artworks.sheet import Plane, Sheet

SHAPE = (96, 1024)
"""A strip as wide as the shipped size: a unit is a pixel, so strokes are wide enough to see."""


def blank(tone: float = 1.0, *, seed: int = 2) -> Drawing:
    def flat(value: float) -> Plane:
        return np.full(SHAPE, value, dtype=np.float32)

    sheet = Sheet(SHAPE[1], SHAPE[0], seed)
    return Drawing(sheet, flat(tone), flat(0), flat(0), flat(0), flat(0))


def right_half() -> Plane:
    mask = np.zeros(SHAPE, dtype=np.float32)
    mask[:, 512:] = 1
    return mask


def test_gives_a_form_its_tone_and_direction() -> None:
    drawing = blank()
    drawing.put(right_half(), 0.3, 0.7, 4.0, cool=0.5)
    assert drawing.tone[5, 800] == pytest.approx(0.3)
    assert drawing.along[5, 800] == pytest.approx(0.7)
    assert drawing.bow[5, 800] == pytest.approx(4)
    assert drawing.cool[5, 800] == pytest.approx(0.5)
    assert drawing.tone[5, 10] == 1


def test_keeps_a_contour_pending_until_it_is_drawn() -> None:
    drawing = blank()
    drawing.outline([(0, 48), (1024, 48)], 4)
    assert drawing.contour.max() == 0
    drawing.draw_pending()
    assert drawing.contour.max() > 0.9
    assert drawing.pending == []


def test_hides_the_contour_behind_a_later_form() -> None:
    drawing = blank()
    drawing.outline([(0, 48), (1024, 48)], 4)
    drawing.put(right_half(), 0.5, 0)
    assert drawing.contour[:, :500].max() > 0.9
    assert drawing.contour[:, 516:].max() == 0


def test_draws_nothing_on_white_paper() -> None:
    drawing = blank(1.2)
    assert hatch(drawing.sheet, drawing, LAYERS[0]).max() == 0


def test_draws_more_ink_where_it_is_darker() -> None:
    ink = [
        float(hatch(drawing.sheet, drawing, (0.0, 6.0, 0.93)).mean())
        for drawing in (blank(0.9), blank(0.7), blank(0.2))
    ]
    assert ink == sorted(ink)
    assert ink[-1] > 0


def test_draws_the_last_layer_only_in_the_darkest_shade() -> None:
    middle, deep = blank(0.6), blank(0.05)
    assert hatch(middle.sheet, middle, LAYERS[-1]).max() == 0
    assert hatch(deep.sheet, deep, LAYERS[-1]).max() > 0


def test_draws_strokes_along_the_form() -> None:
    drawing = blank(0.2)
    ink = hatch(drawing.sheet, drawing, (0.0, 8.0, 0.93))
    across, down = (np.abs(np.diff(ink, axis=axis)).mean() for axis in (1, 0))
    assert across < down
