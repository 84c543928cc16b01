"""The drums of the risograph."""

import numpy as np
import pytest

from artworks.risograph import Plates, compose, pull, screen
from artworks.sheet import Plane, Sheet

SHAPE = (256, 256)


def sheet() -> Sheet:
    return Sheet(SHAPE[1], SHAPE[0], 3)


def flat(tone: float) -> Plane:
    return np.full(SHAPE, tone, dtype=np.float32)


def test_prints_solid_ink_at_full_tone() -> None:
    assert screen(sheet(), flat(1.0), 0.3, 40).mean() > 0.97


def test_prints_almost_nothing_without_tone() -> None:
    assert screen(sheet(), flat(0.0), 0.3, 40).mean() < 0.03


@pytest.mark.parametrize("tone", [0.25, 0.5, 0.75])
def test_covers_about_the_share_that_the_tone_gives(tone: float) -> None:
    assert screen(sheet(), flat(tone), 0.3, 40).mean() == pytest.approx(tone, abs=0.12)


def test_turns_the_screen_by_the_angle() -> None:
    straight, turned = (screen(sheet(), flat(0.5), angle, 40) for angle in (0.0, 0.6))
    assert np.abs(straight - turned).mean() > 0.1


def test_shifts_a_drum_out_of_register() -> None:
    tone = flat(0.0)
    tone[:, 128:] = 1.0
    ink = pull(sheet(), tone, angle=0.0, shift=(40.0, 0.0))
    assert ink[:, 124].mean() > 0.5


def test_leaves_pinholes_in_solid_ink() -> None:
    ink = pull(sheet(), flat(1.0), angle=0.0, shift=(0.0, 0.0))
    assert ink.mean() > 0.7
    assert ink.min() < 0.6


def test_replaces_the_tone_of_every_plate_in_a_shape() -> None:
    plates = Plates(flat(0.2), flat(0.4), flat(0.6))
    mask = flat(0.0)
    mask[:50] = 1.0
    plates.lay(mask, 1.0, 0.0, 0.5)
    assert [float(plane[0, 0]) for plane in (plates.teal, plates.coral, plates.yellow)] == [
        1,
        0,
        0.5,
    ]
    assert plates.coral[-1, 0] == pytest.approx(0.4)


def test_uses_all_three_inks_in_the_town() -> None:
    plates = compose(Sheet(96, 96, 31))
    for plane in (plates.teal, plates.coral, plates.yellow):
        assert plane.shape == (96, 96)
        assert plane.std() > 0.1
