"""Optimize the picture itself until it has the photo's shapes and the artwork's strokes.

First the strokes of the artwork are synthesized (strokes.py): large ones on a small picture, then
finer ones on larger pictures. Statistics of features cannot tell a stroke from a hatching; patches
can. Then, at full size, descent on a loss improves the statistics and the photo's shapes (Gatys et
al. 2016, "Image Style Transfer Using Convolutional Neural Networks"). Because descent starts from
strokes, its result still shows strokes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.sizes import scaled
from style_transfer.core.spec import TransferSpec
from style_transfer.features.losses import Features
from style_transfer.imaging.pyramid import resize, sizes_up_to
from style_transfer.methods.frame import Artwork, Frame, Kept
from style_transfer.methods.optimize.lbfgs import LBFGS
from style_transfer.methods.optimize.objective import StyleObjective
from style_transfer.methods.optimize.stroke_painter import StrokeSynthesizer
from style_transfer.methods.optimize.tones import in_colors_of

# At brush size 1 the artwork is a little larger than the picture, so that its strokes are visible.
_BRUSH = 1.1
# The share of the steps that synthesize strokes; one costs about as much as a step of descent.
_LAYING = 0.4
_LAYINGS_A_SIZE = 3
_PREVIEW_SECONDS = 0.6
# Below this strength the result is mixed with the photo, because patches have no faint form.
_WEAK = 0.4


@dataclass(frozen=True)
class Plan:
    """The number of stroke steps for each size (width, height), then the steps of descent.

    The sizes are sorted from coarse to fine.
    """

    layings: tuple[tuple[tuple[int, int], int], ...]
    descents: int

    @property
    def total(self) -> int:
        """Count all steps."""
        return sum(count for _, count in self.layings) + self.descents


def plan_for(width: int, height: int, steps: int, begun: tuple[int, int] = (0, 0)) -> Plan:
    """Divide `steps` between the sizes of a pyramid and the descent.

    If there are few steps, the coarse sizes are skipped; the finest size always has one stroke
    step. A painting that was `begun` at a size (width, height) continues with the larger sizes, or
    with descent alone.
    """
    sizes = [size for size in sizes_up_to(width, height) if max(size) > max(begun)]
    if not sizes:
        return Plan((), steps)
    budget = min(max(1, round(_LAYING * steps)), _LAYINGS_A_SIZE * len(sizes))
    sizes = sizes[-budget:]
    each, more = divmod(budget, len(sizes))
    # The remaining steps go to the coarse sizes, one each.
    layings = tuple((size, each + (number < more)) for number, size in enumerate(sizes))
    return Plan(layings, steps - budget)


def paint(
    photo: Tensor,
    artworks: Sequence[Artwork],
    spec: TransferSpec,
    features: Features,
    begun: Tensor | None = None,
) -> Iterator[Frame]:
    """Yield one frame per step; the last holds the picture in the size of photo (1, 3, H, W).

    `begun` is a picture (1, 3, h, w) that an earlier run saved; the painting continues from it.
    The same seed on the same device gives the same picture to the bit.
    """
    height, width = photo.shape[-2:]
    steps = spec.steps or METHOD_INFOS["optimize"].default_steps
    size = (begun.shape[3], begun.shape[2]) if begun is not None else (0, 0)
    plan = plan_for(width, height, steps, size)

    def show(picture: Tensor) -> Tensor:
        return _faded(picture, photo, spec.strength)

    picture = photo
    shown_at = time.monotonic()
    pictures = _pictures(photo, artworks, spec, features, plan=plan, begun=begun)
    for done, picture in enumerate(pictures, 1):
        # A preview costs time, so most steps have none.
        due = time.monotonic() - shown_at > _PREVIEW_SECONDS and done < plan.total
        yield Frame(done, plan.total, show(picture) if due else None, Kept(picture, show))
        shown_at = time.monotonic() if due else shown_at
    yield Frame(plan.total, plan.total, show(picture), Kept(picture, show))


def _pictures(
    photo: Tensor,
    artworks: Sequence[Artwork],
    spec: TransferSpec,
    features: Features,
    *,
    plan: Plan,
    begun: Tensor | None,
) -> Iterator[Tensor]:
    """Yield the picture after each step of the plan."""
    draw = torch.Generator().manual_seed(spec.seed)
    # Below half strength the guide keeps a part of the photo's own colors.
    guide = photo.lerp(in_colors_of(photo, artworks), min(1, 2 * spec.strength))
    picture = guide if begun is None else begun
    for size, layings in plan.layings:
        synthesizer = StrokeSynthesizer(
            resize(guide, size), at_scale(artworks, size, spec), spec.strength, draw
        )
        picture = resize(picture, size)
        for number in range(1, layings + 1):
            picture = synthesizer.synthesize(picture, settled=number == layings)
            yield picture
    if not plan.descents:
        return
    whole = (photo.shape[3], photo.shape[2])
    objective = StyleObjective(features, guide, at_scale(artworks, whole, spec), spec.strength)
    optimizer = LBFGS(picture)
    for _ in range(plan.descents):
        optimizer.step_(*objective.evaluate(optimizer.image))
        yield optimizer.image


def at_scale(
    artworks: Sequence[Artwork], size: tuple[int, int], spec: TransferSpec
) -> list[Artwork]:
    """Scale artworks to the area of a size times the brush size; never enlarge them."""
    return [Artwork(_scaled(each.image, size, spec.style_scale), each.share) for each in artworks]


def _scaled(image: Tensor, size: tuple[int, int], style_scale: float) -> Tensor:
    height, width = image.shape[-2:]
    side = (size[0] * size[1] / (height * width)) ** 0.5
    return resize(image, scaled(width, height, min(1, _BRUSH * side * style_scale)))


def _faded(picture: Tensor, photo: Tensor, strength: float) -> Tensor:
    """Mix the picture with the photo at low strength; strength 0 gives the photo alone."""
    height, width = picture.shape[-2:]
    mixed = resize(photo, (width, height)).lerp(picture, min(1, strength / _WEAK))
    return mixed.clamp(0, 1)
