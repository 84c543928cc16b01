"""Lay real strokes of the artwork over the photo, from large to fine.

A painting begins as the photo in the colors of the artwork. Its patches are replaced by the most
similar ones of the artwork (methods/strokes.py): large ones on a small picture, then finer ones on
larger pictures, each time led by the photo where that is busy. At last the contrast is matched in
bands, because overlapping patches are a little soft.

Descent on statistics of features (Gatys et al. 2016) is not used. It was measured: after the
strokes it added grain, took three times as long, and an outside judge found the results worse.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.sizes import STRIDE
from style_transfer.core.spec import TransferSpec
from style_transfer.features.vgg import reflect_to
from style_transfer.imaging.pyramid import resize, sizes_up_to
from style_transfer.imaging.tensors import as_floats
from style_transfer.methods.fast.contrast import match_contrast_
from style_transfer.methods.fast.lift import lift
from style_transfer.methods.frame import Frame, Kept
from style_transfer.methods.guide import ColorGrade, Recoloring, grade_of
from style_transfer.methods.islands import calm_islands_
from style_transfer.methods.optimize.stroke_painter import StrokeSynthesizer
from style_transfer.methods.subject import calm_colors_

_PREVIEW_SECONDS = 0.6
# Below this strength the result is mixed with the photo, because patches have no faint form.
_WEAK = 0.4
# Below this strength the guide keeps a part of the photo's own colors.
_COLORED = 0.5


class StrokeSource(Protocol):
    """The styles of a picture; `side` is the square root of its area in pixels."""

    def patches_at(self, side: float) -> Sequence[Tensor]:
        """Give patches (N, 3*PATCH*PATCH) of each style, in their shares."""
        ...

    def contrast_at(self, side: float) -> Tensor:
        """Give the contrasts (BANDS,) that the bands of the picture get."""
        ...

    def grade(self) -> ColorGrade:
        """Give the colors that the picture gets."""
        ...


@dataclass(frozen=True)
class Plan:
    """The number of steps for each size (width, height), sorted from coarse to fine."""

    layings: tuple[tuple[tuple[int, int], int], ...]

    @property
    def total(self) -> int:
        """Count all steps."""
        return sum(count for _, count in self.layings)


def plan_for(width: int, height: int, steps: int, begun: tuple[int, int] = (0, 0)) -> Plan:
    """Divide `steps` between the sizes of a pyramid.

    If there are few steps, the coarse sizes are skipped. A painting that was `begun` at a size
    (width, height) continues with the larger sizes, or with the full size alone.
    """
    sizes = [size for size in sizes_up_to(width, height) if max(size) > max(begun)]
    sizes = sizes[-steps:] or [(width, height)]
    each, more = divmod(steps, len(sizes))
    # The remaining steps go to the coarse sizes, one each.
    return Plan(tuple((size, each + (number < more)) for number, size in enumerate(sizes)))


def paint(
    photo: Tensor,
    styles: StrokeSource,
    spec: TransferSpec,
    begun: Tensor | None = None,
    subject: Tensor | None = None,
) -> Iterator[Frame]:
    """Yield one frame per step; the last holds the picture in the size of photo (1, 3, H, W).

    `begun` is a picture (1, 3, h, w) that an earlier run saved; the painting continues from it.
    `subject` (1, 1, h, w) in [0, 1] maps what is kept clear. The same seed on the same device
    gives the same picture to the bit.
    """
    height, width = photo.shape[-2:]
    steps = spec.steps or METHOD_INFOS["optimize"].default_steps
    size = (begun.shape[3], begun.shape[2]) if begun is not None else (0, 0)
    plan = plan_for(width, height, steps, size)

    guide = guide_for(photo, styles.grade(), spec.strength)

    def show(picture: Tensor) -> Tensor:
        matched = _matched(picture, styles)
        shown = resize(guide, (picture.shape[3], picture.shape[2]))
        calm_islands_(matched, shown, lambda part: part)
        if subject is not None:
            calm_colors_(matched, shown, lambda part: part, subject)
        return _faded(matched, photo, spec.strength)

    picture = photo
    shown_at = time.monotonic()
    for done, picture in enumerate(_pictures(guide, styles, spec, plan, begun, subject=subject), 1):
        # A preview costs time, so most steps have none.
        due = time.monotonic() - shown_at > _PREVIEW_SECONDS and done < plan.total
        yield Frame(done, plan.total, show(picture) if due else None, Kept(picture, show))
        shown_at = time.monotonic() if due else shown_at
    yield Frame(plan.total, plan.total, show(picture), Kept(picture, show))


def guide_for(photo: Tensor, grade: ColorGrade, strength: float) -> Tensor:
    """Make the guide: photo (1, 3, H, W) in [0, 1], lifted and in the colors of the grade."""
    lifted = as_floats(lift(photo))
    recolored = Recoloring(grade_of(lifted), grade).apply(lifted)
    return lifted.lerp(recolored, min(1, strength / _COLORED))


def _pictures(
    guide: Tensor,
    styles: StrokeSource,
    spec: TransferSpec,
    plan: Plan,
    begun: Tensor | None,
    *,
    subject: Tensor | None,
) -> Iterator[Tensor]:
    """Yield the picture after each step of the plan."""
    draw = torch.Generator().manual_seed(spec.seed)
    picture = guide if begun is None else begun
    for size, layings in plan.layings:
        side = (size[0] * size[1]) ** 0.5
        synthesizer = StrokeSynthesizer(
            resize(guide, size), styles.patches_at(side), spec.strength, draw, subject
        )
        picture = resize(picture, size)
        for number in range(1, layings + 1):
            picture = synthesizer.synthesize(picture, settled=number == layings)
            yield picture


def _matched(picture: Tensor, styles: StrokeSource) -> Tensor:
    """Return a picture (1, 3, H, W) with the artwork's contrast in each band."""
    height, width = picture.shape[-2:]
    padded = reflect_to(picture, STRIDE)
    padded = padded.clone() if padded is picture else padded
    wanted = styles.contrast_at((height * width) ** 0.5)
    return match_contrast_(padded, wanted)[..., :height, :width]


def _faded(picture: Tensor, photo: Tensor, strength: float) -> Tensor:
    """Mix the picture with the photo at low strength; strength 0 gives the photo alone."""
    height, width = picture.shape[-2:]
    mixed = resize(photo, (width, height)).lerp(picture, min(1, strength / _WEAK))
    return mixed.clamp(0, 1)
