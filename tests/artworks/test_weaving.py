"""The drawing behind the loom (the cartoon), and the weaving."""

import numpy as np
import pytest

from artworks.color import to_oklab
from artworks.sheet import Plane, Sheet
from artworks.weaving import RIVER, SAGE, SKY, YARNS, Cartoon, draw_cartoon, hatch_rows, shed, weave

SHAPE = (96, 128)


def sheet() -> Sheet:
    return Sheet(SHAPE[1], SHAPE[0], 5)


def plain(yarn: int, tone: float) -> Cartoon:
    return Cartoon(np.full(SHAPE, yarn, np.int32), np.full(SHAPE, tone, np.float32))


def left_half() -> Plane:
    mask = np.zeros(SHAPE, dtype=np.float32)
    mask[:, :64] = 1
    return mask


def test_draws_a_shape_on_the_cartoon() -> None:
    cartoon = plain(SKY, 0.5)
    cartoon.lay(left_half(), SAGE, 0.2)
    assert cartoon.yarn[0, 0] == SAGE
    assert cartoon.tone[0, 0] == pytest.approx(0.2)
    assert cartoon.yarn[0, -1] == SKY


def test_keeps_each_bead_between_its_borders() -> None:
    row, rib, down, across = shed(sheet())
    assert row.shape == rib.shape == SHAPE
    assert np.abs(down).max() <= 1.0001
    assert np.abs(across).max() <= 1.0001


def test_shows_a_pass_only_over_every_second_warp() -> None:
    row, rib, _, _ = shed(sheet())
    inner = row > 1
    np.testing.assert_array_equal((row % 2)[inner], (rib % 2)[inner])


def test_hatches_both_ways_within_its_spread() -> None:
    teeth = hatch_rows(np.arange(40, dtype=np.int32), np.full(40, 12, np.float32))
    assert teeth.min() == pytest.approx(-12)
    assert teeth.max() == pytest.approx(12)
    np.testing.assert_array_equal(teeth[:10], teeth[10:20])


def test_weaves_only_with_the_yarns_of_the_cartoon() -> None:
    row, rib, _, _ = shed(sheet())
    wool = weave(sheet(), plain(RIVER, 0.5), row, rib)
    apart = to_oklab(wool)[..., None, :] - to_oklab(YARNS[RIVER].colors)
    nearest = np.sqrt((apart**2).sum(axis=-1)).min(axis=-1)
    assert np.median(nearest) < 0.04


def test_crosses_the_colors_at_a_border_in_teeth() -> None:
    cartoon = plain(SKY, 1.0)
    cartoon.lay(left_half(), SAGE, 0.0)
    row, rib, _, _ = shed(sheet())
    dark = weave(sheet(), cartoon, row, rib).mean(axis=-1) < 0.5
    reach = dark.sum(axis=1)
    assert np.ptp(reach) >= 1
    assert abs(float(reach.mean()) - 64) < 6


def test_varies_the_dye_from_pass_to_pass() -> None:
    row, rib, _, _ = shed(sheet())
    wool = weave(sheet(), plain(SAGE, 0.5), row, rib)
    assert len(np.unique(wool.reshape(-1, 3), axis=0)) > 50


def test_draws_land_and_sky_in_the_cartoon() -> None:
    cartoon = draw_cartoon(sheet())
    assert (cartoon.yarn[:10] == SKY).mean() > 0.8
    assert len(np.unique(cartoon.yarn)) >= 7
