"""Measure how soon the method `optimize` reaches the final loss of the method `gatys`."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from PIL import Image
from rich.table import Table
from torch import Tensor

from style_transfer.bench.objective import Artwork, StyleObjective
from style_transfer.bench.speed import machine
from style_transfer.core.device import choose_device
from style_transfer.core.sizes import fitted
from style_transfer.core.spec import Init, StyleInput, TransferSpec
from style_transfer.features.builtin import load_features
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.adapter import StyleMix
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.gatys.recipe import Losses, Recipe, at_scale, descend, first_picture
from style_transfer.methods.optimize.schedule import guide_for, paint

STARTS = (Init.NOISE, Init.CONTENT)
_RATE = 0.06  # for Adam alone: the fastest of 0.02, 0.04, 0.06 and 0.1 that does not oscillate


@dataclass(frozen=True)
class Moment:
    """The loss of a picture after a number of steps and seconds of painting."""

    step: int
    seconds: float
    loss: float


@dataclass(frozen=True)
class Course:
    """One run of a recipe."""

    recipe: str
    moments: tuple[Moment, ...]

    @property
    def end(self) -> Moment:
        """Give the last moment."""
        return self.moments[-1]

    def when(self, loss: float) -> Moment | None:
        """Give the first moment whose loss is as low as `loss`."""
        return next((moment for moment in self.moments if moment.loss <= loss), None)


def compare(
    photo: Image.Image, artwork: Image.Image, spec: TransferSpec, gatys_steps: int, device: str
) -> list[Course]:
    """Run the method `optimize`, then `gatys` from each start, and measure their losses.

    All pictures are measured by one loss (objective.py), against the recolored photo. It compares
    means and covariances of channels. The method `gatys` descends its own loss, so Adam also runs
    on this one. The method `optimize` knows no loss. The seconds do not include the time to measure
    it.
    """
    place = choose_device(device)
    features = load_features("builtin", place)
    size = fitted(photo.width, photo.height, spec.size or max(photo.size))
    content = resize(to_tensor(photo, place), size)  # (1, 3, H, W)
    shown = at_scale(to_tensor(artwork, place), content, spec.style_scale)
    share, painter = StyleInput(artwork), load_painter(place)
    mix = StyleMix.mix([share], spec.style_scale, painter, EmbeddingCache())
    guide = guide_for(content, mix.grade(), spec.strength)
    objective = StyleObjective(features, guide, [Artwork(shown, 1.0)], spec.strength)

    def follow(recipe: str, pictures: Iterable[Tensor]) -> Course:
        moments, spent, begun = [], 0.0, time.monotonic()
        for step, picture in enumerate(pictures, 1):
            spent += time.monotonic() - begun  # without the time of the loss below
            with torch.no_grad():
                # Pictures of coarser scales are smaller, but all are measured at one size.
                moments.append(Moment(step, spent, float(objective.loss(resize(picture, size)))))
            begun = time.monotonic()
        return Course(recipe, tuple(moments))

    frames = paint(content, mix, spec)
    # `kept` is the picture of each step; the images of frames are only previews.
    ours = follow("optimize", (frame.kept.picture for frame in frames if frame.kept))
    courses = [ours]
    recipe = Recipe(features, content, [(shown, 1.0)], TransferSpec(method="gatys"))
    for name, losses, rate in (
        ("gatys", recipe.losses, None),
        ("Adam alone", lambda x: _as_style(objective.loss((x + 1) / 2)), _RATE),
    ):
        for start in STARTS:
            first = first_picture(start, content, shown, spec.seed)
            run = descend(losses, first, gatys_steps, rate=rate)
            pictures = (((after + 1) / 2).clamp(0, 1) for _, after, _ in run)
            courses.append(follow(f"{name}, {start.value}", pictures))
    return courses


def _as_style(loss: Tensor) -> Losses:
    """Give a loss that has only one part."""
    return Losses(loss.new_zeros(()), loss, loss.new_zeros(()))


def table(courses: list[Course], device: str = "cpu") -> Table:
    """Make a table of courses; the first is that of `optimize`, which the others are compared to.

    Its last columns tell when `optimize` reached the final loss of the other course, in seconds and
    as a share of the other's seconds.
    """
    ours, *others = courses
    result = Table(title=f"optimize compared with gatys on {machine(device)}")
    for heading in ("recipe", "steps", "seconds", "loss", "optimize s", "share"):
        result.add_column(heading, justify="left" if heading == "recipe" else "right")
    result.add_row(*_row(ours), "", "")
    for course in others:
        met = ours.when(course.end.loss)  # None if `optimize` ends above this loss
        seconds = f"{met.seconds:.1f}" if met else "never"
        share = f"{met.seconds / course.end.seconds:.2f}" if met else ""
        result.add_row(*_row(course), seconds, share)
    result.caption = "optimize s: seconds until optimize has this loss"
    return result


def _row(course: Course) -> tuple[str, str, str, str]:
    end = course.end
    return course.recipe, str(end.step), f"{end.seconds:.1f}", f"{end.loss:.3f}"
