"""Glued papers: painted with gouache, cut or torn, with fibers at the tear and a shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.color import glaze, hex_color, mix, over
from artworks.filters import blur, sample, smoothstep
from artworks.noise import noise
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from artworks.color import Colors

CORE = hex_color("#f8efdc")
"""The bare paper: it shows in a tear and where the brush was dry."""
SHADOW = hex_color("#6a6486")


@dataclass
class Board:
    """The board: the picture so far, and the painted textures that papers are cut from."""

    sheet: Sheet
    picture: Picture
    relief: Plane
    strokes: tuple[Plane, ...]
    rough: Plane
    fine: Plane


def _brushed(sheet: Sheet, angle: float) -> Plane:
    """Return the streaks of a wide brush that moves at an angle (radians), about [-1, 1]."""
    x, y = sheet.units()
    unit = sheet.px(1)
    size = round(1448 * unit)  # the diagonal of the sheet: it covers the sheet at any angle
    streaks = noise((size, size), 12 * unit, 4, sheet.rng, stretch=26, gain=0.75)
    # The amount of paint on the brush changes slowly.
    loads = noise((size, size), 150 * unit, 2, sheet.rng, stretch=2.4)
    hand = 9 * noise(sheet.shape, sheet.px(190), 2, sheet.rng)  # the hand does not draw straight
    cos, sin = math.cos(angle), math.sin(angle)
    along = ((x - 512) * cos + (y - 512) * sin + 724) * unit
    across = ((y - 512) * cos - (x - 512) * sin + 724 + hand) * unit
    return as_plane(sample(streaks, along, across) + 0.5 * sample(loads, along, across))


def make_board(sheet: Sheet) -> Board:
    """Return an empty board and the textures of five painted papers."""
    papers = tuple(_brushed(sheet, angle) for angle in (0.08, 1.5, 0.7, -0.5, 2.4))
    rough = noise(sheet.shape, sheet.px(16), 4, sheet.rng, gain=0.7)
    fine = noise(sheet.shape, sheet.px(3.2), 3, sheet.rng)
    blank = np.zeros(sheet.shape, dtype=np.float32)
    return Board(sheet, np.ones((*sheet.shape, 3), np.float32) * CORE, blank, papers, rough, fine)


def _reach(mask: Plane, margin: int) -> tuple[slice, slice]:
    """Return the rows and columns that a mask and its shadow cover, `margin` px around it."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:  # an empty mask: one pixel keeps the later code simple
        return slice(0, 1), slice(0, 1)
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def _moved(mask: Plane, down: int, across: int) -> Plane:
    """Return a mask moved down and to the right; the free edges become 0."""
    height, width = mask.shape
    return np.pad(mask, ((down, 0), (across, 0)))[:height, :width]


def _tear(board: Board, mask: Plane, rough: Plane, fine: Plane) -> tuple[Plane, Plane]:
    """Return the masks of a torn paper and of its painted face, which ends before the paper."""
    soft = blur(mask, board.sheet.px(3.4))
    # The noise moves the edge, but adds no specks far from the paper.
    outer = smoothstep(0.44, 0.56, soft + (0.3 * rough + 0.16 * fine) * (soft > 0.02))
    # The rolled noise makes the edge of the face independent of the edge of the paper.
    ragged = (0.5 * np.roll(rough, 37, 0) + 0.2 * fine) * smoothstep(1.0, 0.9, soft)
    inner = smoothstep(0.74, 0.84, soft + ragged)
    return outer, as_plane(np.minimum(inner, outer))  # the face stays on the paper


def glue(
    board: Board, mask: Plane, color: Colors, *, torn: bool = False, lift: float = 1.0
) -> None:
    """Glue one paper on the board, in place: its shadow, its torn core, its painted face."""
    sheet, rng = board.sheet, board.sheet.rng
    streaks = board.strokes[int(rng.integers(len(board.strokes)))]
    # A mirrored texture gives every paper another face; a shifted one would show a seam.
    down, across = (int(way) for way in rng.choice([-1, 1], 2))
    here = _reach(mask, math.ceil(sheet.px(30)) + 2)  # 30 units: the shadow's reach
    streaks, rough = (plane[::down, ::across][here] for plane in (streaks, board.rough))
    mask, fine = mask[here], board.fine[here]
    edge = smoothstep(0.44, 0.56, blur(mask, sheet.px(0.9)) + 0.1 * rough * (mask > 0))
    outer, inner = _tear(board, mask, rough, fine) if torn else (edge, edge)
    # Two shadows: a wide soft one of the lifted paper, and a dark one close to its edge.
    cast = _moved(outer, round(sheet.px(7 * lift)), round(sheet.px(5 * lift)))
    close = _moved(outer, round(sheet.px(2.5 * lift)), round(sheet.px(1.7 * lift)))
    shade = 0.5 * blur(cast, sheet.px(9 * lift)) + 0.5 * blur(close, sheet.px(2.5 * lift))
    below = glaze(board.picture[here], SHADOW, as_plane(shade * (1 - outer) * 0.95))
    below = over(below, as_plane(CORE * (0.96 + 0.06 * fine[..., None])), outer)
    board.picture[here] = over(below, _paint_face(color, streaks, rough, fine), inner)
    face = outer * 0.8 + inner * (0.5 + 0.34 * streaks + 0.08 * fine) + (outer - inner) * 0.3 * fine
    relief = board.relief[here]
    # Part of the relief below shows through the new paper.
    board.relief[here] = relief * (1 - outer) + (face + 0.2 * relief) * outer


def _paint_face(color: Colors, streaks: Plane, rough: Plane, fine: Plane) -> Picture:
    """Return the gouache, (H, W, 3): darker where the brush was full, lighter where it was dry."""
    deep = mix(color, hex_color("#1a1440"), 0.34)
    light = mix(color, hex_color("#fff3d8"), 0.36)
    face = mix(color, deep, as_plane(np.clip(streaks * 0.75 - 0.05, 0, 1)))
    face = mix(face, light, as_plane(np.clip(-streaks * 0.7 - 0.08, 0, 1)))
    # At the driest places the paper shows.
    bare = smoothstep(0.85, 1.25, -streaks + 0.5 * rough + 0.25 * fine)
    return mix(face, CORE, as_plane(bare * 0.55))
