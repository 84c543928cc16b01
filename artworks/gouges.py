"""Gouges: tapered cuts that follow a flow, as in linoleum, and what they leave standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from artworks.brushes import scatter
from artworks.filters import sample
from artworks.flow import trace
from artworks.sheet import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from artworks.flow import Flow
    from artworks.sheet import Plane, Sheet

_JOINTS = 9  # points per cut


@dataclass(frozen=True)
class Gouge:
    """A U-shaped blade: the space between its cuts, their length and their width, in units."""

    spacing: float
    length: float
    width: float


def _lens(paths: NDArray[np.float32], widths: Plane) -> NDArray[np.float32]:
    """Return the outlines, (N, 2 * joints, 2), of paths that swell and taper to their ends."""
    along = np.gradient(paths, axis=1)
    along /= np.maximum(np.hypot(along[..., :1], along[..., 1:]), 1e-6)
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1)  # (N, joints, 2)
    t = np.linspace(0, 1, paths.shape[1], dtype=np.float32)
    # The blade enters steeply and leaves slowly, so the cut is widest before its middle.
    swell = np.sin(np.pi * np.minimum(t**0.7, 0.999)) ** 0.8
    half = 0.5 * widths[:, None, None] * swell[None, :, None]  # (N, joints, 1)
    return as_plane(
        # Out on one side of the cut, back on the other.
        np.concatenate([paths + normal * half, (paths - normal * half)[:, ::-1]], axis=1)
    )


def cut(sheet: Sheet, flow: Flow, cleared: Plane, gouge: Gouge, *, steady: float = 0.75) -> Plane:
    """Return the material that the blade removes, (H, W) in [0, 1].

    `cleared` (0..1) is the share of the surface to remove: where it is 1 the cuts overlap and
    only thin ridges remain. `steady` (0..1) is how similar the cuts are.
    """
    rng = sheet.rng
    x, y = scatter(sheet.shape, sheet.px(gouge.spacing), rng)
    aim = sample(cleared, x, y)
    keep = rng.uniform(0, 1, len(x)) < np.clip(aim * 1.6, 0, 1)  # 1.6: overlap hides gaps
    x, y, aim = x[keep], y[keep], aim[keep]
    # (2, N): factors of the lengths and of the widths.
    wild = 1 + (1 - steady) * rng.normal(0, 1, (2, len(x))).clip(-1.8, 2.5)
    long = sheet.px(gouge.length)
    paths = trace(flow, x, y, step=long / (_JOINTS - 1), count=_JOINTS)
    shares = np.clip(wild[0], 0.3, 2)[:, None, None]  # (N, 1, 1)
    paths = as_plane(paths[:, :1] + (paths - paths[:, :1]) * shares)  # scaled from their starts
    # A cut is narrower where less of the surface has to go.
    widths = as_plane(sheet.px(gouge.width) * np.clip(wild[1], 0.35, 2) * (0.35 + 0.65 * aim))
    image = Image.new("L", (sheet.width, sheet.height))
    pen = ImageDraw.Draw(image)
    for outline in _lens(paths, widths):
        pen.polygon(outline.ravel().tolist(), fill=255)
    return np.asarray(image, dtype=np.float32) / 255
