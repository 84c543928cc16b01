"""Cuts of a gouge."""

import numpy as np

from artworks.flow import Flow, make_flow
from artworks.gouges import Gouge, cut
from artworks.sheet import Plane, Sheet

GOUGE = Gouge(spacing=60, length=240, width=50)


def sheet() -> Sheet:
    return Sheet(96, 96, 4)


def level() -> Flow:
    return make_flow(np.ones((96, 96), np.float32), np.zeros((96, 96), np.float32))


def cleared(share: float) -> Plane:
    return np.full((96, 96), share, dtype=np.float32)


def test_removes_nothing_where_nothing_is_cleared() -> None:
    assert cut(sheet(), level(), cleared(0), GOUGE).max() == 0


def test_removes_more_where_more_is_cleared() -> None:
    shares = [float(cut(sheet(), level(), cleared(share), GOUGE).mean()) for share in (0.2, 0.5, 1)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.4


def test_leaves_some_ridges_where_all_is_cleared() -> None:
    taken = cut(sheet(), level(), cleared(1), GOUGE)
    assert 0 < float((taken == 0).mean()) < 0.6


def test_cuts_only_near_the_cleared_side() -> None:
    half = cleared(0)
    half[:, :32] = 1
    taken = cut(sheet(), level(), half, GOUGE)
    assert taken[:, :32].mean() > 0.3
    assert taken[:, 72:].max() == 0


def test_follows_the_flow() -> None:
    taken = cut(sheet(), level(), cleared(0.35), GOUGE)
    across, down = (np.abs(np.diff(taken, axis=axis)).mean() for axis in (1, 0))
    assert across < down


def test_makes_the_same_cuts_from_the_same_seed() -> None:
    first, second = (cut(sheet(), level(), cleared(0.6), GOUGE) for _ in range(2))
    np.testing.assert_array_equal(first, second)
