"""The picture itself is optimized until it has the photo's shapes and the artwork's strokes.

Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks", over a pyramid:
large strokes are laid out on a small picture, where a step costs little, and refined on larger
ones. Coarse to fine and the mean of iterates are after crowsonkb/style-transfer-pytorch. To the
statistics of features it adds the artwork's own patches (strokes.py), so that the marks are those
of the hand that made it.
"""

import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from inference.engine.color import blend_palettes, match_palette, palette_of
from inference.engine.descent import Descent
from inference.engine.judge import Judge
from inference.engine.losses import Features
from inference.engine.methods.frame import Artwork, Frame
from inference.engine.pyramid import resize, sizes_up_to
from inference.engine.spec import METHOD_INFOS, TransferSpec

_RATE = 0.01
# The last steps of a level are this much shorter than its first, which settles the grain.
_LAST_RATE = 0.2
# Steps of descent between two searches for strokes; a search costs as much as a few steps.
_STEPS_A_SEARCH = 6
_PREVIEW_SECONDS = 0.6
# Below this strength the photo shows through: strokes are patches and cannot themselves be faint.
_WEAK = 0.4


def paint(
    photo: Tensor, artworks: Sequence[Artwork], spec: TransferSpec, features: Features
) -> Iterator[Frame]:
    """Yield a frame a step; the last brings the picture in the size of photo (1, 3, H, W).

    The same seed on the same device gives the same picture to the bit.
    """
    height, width = photo.shape[-2:]
    start = _recolored(photo, artworks, spec.strength)
    plan = plan_levels(width, height, spec.steps or METHOD_INFOS["optimize"].default_steps)
    total, done = sum(steps for _, steps in plan), 0
    generator = torch.Generator().manual_seed(spec.seed)
    picture = start
    shown_at = time.monotonic()
    for size, steps in plan:
        judge = Judge(features, resize(start, size), artworks, spec, generator)
        descent = Descent(resize(picture, size))
        for step in range(steps):
            if step % _STEPS_A_SEARCH == 0:
                last = step + _STEPS_A_SEARCH >= steps
                descent = Descent(judge.lay_strokes(descent.average, settled=last))
            rate = _RATE * (1 - (1 - _LAST_RATE) * step / steps)
            descent.step_(judge.gradient(descent.image), rate)
            done += 1
            due = time.monotonic() - shown_at > _PREVIEW_SECONDS and done < total
            yield Frame(done, total, _faded(descent.average, photo, spec) if due else None)
            shown_at = time.monotonic() if due else shown_at
        picture = descent.average
    yield Frame(total, total, _faded(picture, photo, spec))


def plan_levels(width: int, height: int, steps: int) -> list[tuple[tuple[int, int], int]]:
    """Share `steps` between the sizes of a pyramid, coarse to fine, each getting at least one.

    The number falls as sides grow, so that each level takes somewhat more time than the one
    before and the first ones are over quickly.
    """
    sizes = sizes_up_to(width, height)
    sizes = sizes[-steps:]
    wishes = [1 / max(size) for size in sizes]
    counts = [max(1, int(steps * wish / sum(wishes))) for wish in wishes]
    counts[0] += steps - sum(counts)
    return list(zip(sizes, counts, strict=True))


def _faded(picture: Tensor, photo: Tensor, spec: TransferSpec) -> Tensor:
    """Mix a weak painting with the photo, down to the photo alone at strength 0."""
    height, width = picture.shape[-2:]
    mixed = resize(photo, (width, height)).lerp(picture, min(1, spec.strength / _WEAK))
    return mixed.clamp(0, 1)


def _recolored(photo: Tensor, artworks: Sequence[Artwork], strength: float) -> Tensor:
    """Move the photo's colors to the artworks', all the way from half strength on."""
    palette = blend_palettes(
        [palette_of(artwork.image) for artwork in artworks],
        [artwork.share for artwork in artworks],
    )
    return photo.lerp(match_palette(photo, palette), min(1, 2 * strength))
