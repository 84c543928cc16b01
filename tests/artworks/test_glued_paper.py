"""Papers glued on a board."""

import numpy as np
import pytest

from artworks.color import hex_color
from artworks.glued_paper import CORE, Board, glue, make_board
from artworks.sheet import Plane, Sheet

BLUE = hex_color("#1f4fa8")


@pytest.fixture
def board() -> Board:
    return make_board(Sheet(128, 128, 6))


def square(side: int = 60) -> Plane:
    mask = np.zeros((128, 128), dtype=np.float32)
    mask[30 : 30 + side, 30 : 30 + side] = 1
    return mask


def test_starts_with_bare_paper(board: Board) -> None:
    np.testing.assert_allclose(board.picture[64, 64], CORE)
    assert board.relief.max() == 0


def test_covers_the_board_with_the_color_of_the_paper(board: Board) -> None:
    glue(board, square(), BLUE)
    inside = board.picture[40:80, 40:80].reshape(-1, 3)
    assert np.abs(np.median(inside, axis=0) - BLUE).max() < 0.15


def test_brushes_the_paper_unevenly(board: Board) -> None:
    glue(board, square(), BLUE)
    assert board.picture[40:80, 40:80].std(axis=(0, 1)).max() > 0.02


def test_casts_a_shadow_down_and_to_the_right(board: Board) -> None:
    glue(board, square(), BLUE, lift=1.5)
    light = board.picture.mean(axis=-1)
    assert light[60, 92] < light[60, 27]
    assert light[92, 60] < light[27, 60]


def test_does_not_change_the_board_far_from_the_paper(board: Board) -> None:
    before = board.picture.copy()
    glue(board, square(20), BLUE)
    np.testing.assert_array_equal(board.picture[100:, 100:], before[100:, 100:])


def test_shows_the_core_of_a_torn_paper(board: Board) -> None:
    cut = make_board(Sheet(128, 128, 6))
    glue(cut, square(), BLUE)
    glue(board, square(), BLUE, torn=True)

    def pale(made: Board) -> float:
        rim = made.picture[29:34, 34:86]
        return float((rim[..., 0] > 0.7).mean())

    assert pale(board) > pale(cut)


def test_raises_the_paper_above_the_board(board: Board) -> None:
    glue(board, square(), BLUE)
    assert board.relief[60, 60] > 0.4
    assert board.relief[5, 5] == 0


def test_glues_nothing_from_an_empty_mask(board: Board) -> None:
    before = board.picture.copy()
    glue(board, np.zeros((128, 128), np.float32), BLUE)
    np.testing.assert_allclose(board.picture, before, atol=1e-6)


def test_casts_no_shadow_above_a_paper_that_reaches_the_lower_edge(board: Board) -> None:
    mask = np.zeros((128, 128), dtype=np.float32)
    mask[70:] = 1
    before = board.picture.copy()
    glue(board, mask, BLUE, lift=1.5)
    np.testing.assert_allclose(board.picture[:60], before[:60], atol=0.02)
