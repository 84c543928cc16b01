"""Make the pictures of docs/painting.md: `python -m scripts.make_painting_pictures [NAME ...]`.

The photos are of the demonstration pairs, and the artwork is one that this project ships. The
engine shows what it has painted after each stage, so run this again after a change of the engine.
It takes some minutes; `--side 320` is a quick try.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageEnhance
from rich.console import Console
from torch import Tensor

from scripts.sheets import as_gray, read, save, sheet
from style_transfer.core.catalog import DEFAULT_METHOD, FINEST_METHOD
from style_transfer.core.spec import StyleInput, TransferSpec, Variant
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.tensors import as_floats, to_image, to_pixels
from style_transfer.methods.fast import schedule
from style_transfer.methods.fast.adapter import PROCESS_CACHE, BatchStyles, StyleMix
from style_transfer.methods.fast.lift import lift
from style_transfer.methods.fast.network import painter_of
from style_transfer.methods.fast.stages import Stage
from style_transfer.methods.flow import find_lines
from style_transfer.methods.optimize.schedule import guide_for
from style_transfer.methods.patch_bank import PATCH
from style_transfer.methods.strokes import StrokeBank
from style_transfer.pipeline.stylize import stylize

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "painting"
CAT, ROCKET = (ROOT / "static" / "demo" / f"{name}-before.webp" for name in ("cat", "rocket"))
STYLE = ROOT / "library" / "shipped" / "impasto-swirl.webp"
CODE = STYLE.with_suffix(".code")
SIDE = 960  # longest side of the paintings whose stages are shown
BRUSHES = (0.5, 1, 3)
STRENGTHS = (0.25, 0.5, 0.75, 1)
MOST_BYTES = 120_000  # of one picture; all together have less than 1 MB

Cell = tuple[str, Image.Image]
_CPU = torch.device("cpu")
# Widths of cells, for rows of two, three and four.
_HALF, _THIRD, _QUARTER = 480, 320, 240
_EYE = (0.2, 0.12)  # where the part that is shown begins, in shares of the sides
_PART = 1 / 3  # of the sides
_APART = 16  # pixels from one drawn line to the next
_LINE = "#ffe9a0"
_SHOWN = (15, 10)  # patches of the artwork in a row, and rows


class UndirectedStrokes(BatchStyles):
    """The styles of a batch, without noise along lines."""

    def strokes(self, side: float) -> list[StrokeBank]:
        """Collect the strokes of each photo."""
        return [UndirectedBank(mix.patches_at(side), mix.seed) for mix in self.mixes]


class UndirectedBank(StrokeBank):
    """Strokes that are laid without noise along lines, which shows what that noise does."""

    def add_grain(
        self,
        picture: Tensor,
        spared: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Add weak noise without a direction, by sparing every place from the other."""
        del spared
        return super().add_grain(picture, torch.ones(1, 1, 1, 1), generator)


@dataclass(frozen=True)
class Painting:
    """A painting, and the pictures (1, 3, h, w) of its stages, one for each size."""

    stages: Mapping[Stage, Sequence[Tensor]]
    finished: Tensor

    def shown(self, stage: Stage, size: int = -1) -> Image.Image:
        """Give the picture of a stage at one of the sizes, by default the last."""
        return shown(self.stages[stage][size])


def shown(picture: Tensor) -> Image.Image:
    """Turn a picture (1, 3, H, W), bytes or floats, into an image."""
    return to_image(as_floats(picture).clamp(0, 1))


def style() -> StyleInput:
    """Read the style."""
    return StyleInput(None, embedding=CODE.read_bytes())


def watch(photo: Image.Image, styles: BatchStyles) -> Painting:
    """Paint by `fast`, and keep a copy of each stage."""
    stages: dict[Stage, list[Tensor]] = {}

    def observe(stage: Stage, pictures: Tensor) -> None:
        stages.setdefault(stage, []).append(pictures.clone())

    strength, painter = TransferSpec().strength, painter_of(Variant.STANDARD, _CPU)
    finished = pixels = to_pixels(photo, _CPU)
    for frame in schedule.paint(pixels, styles, strength, painter, observe=observe):
        finished = frame.image if frame.image is not None else finished
    return Painting(stages, finished)


def part_of(image: Image.Image) -> Image.Image:
    """Cut out the part of the cat that is shown larger."""
    left, top = (round(share * side) for share, side in zip(_EYE, image.size, strict=True))
    width, height = (round(_PART * side) for side in image.size)
    return image.crop((left, top, left + width, top + height))


def with_parts(cells: Sequence[Cell]) -> Image.Image:
    """Lay out three pictures, and below them the same part of each."""
    return sheet([cells, [("a part of it", part_of(image)) for _, image in cells]], _THIRD)


def draw_patches(patches: Tensor) -> Image.Image:
    """Draw some patches (N, 3*PATCH*PATCH) side by side, each pixel enlarged."""
    across, down = _SHOWN
    step = len(patches) // (across * down)
    made = Image.new("RGB", (_QUARTER, _QUARTER * down // across), "white")
    cell = _QUARTER // across
    for number in range(across * down):
        patch = shown(patches[number * step].view(1, 3, PATCH, PATCH))
        place = (number % across * cell, number // across * cell)
        made.paste(patch.resize((cell - 2, cell - 2), Image.Resampling.NEAREST), place)
    return made


def draw_lines(picture: Tensor, width: int) -> Image.Image:
    """Draw the direction of the lines of a picture (1, 3, H, W) over the picture."""
    image = shown(picture)
    image = image.resize((2 * width, round(2 * width * image.height / image.width)))
    image = ImageEnhance.Brightness(image).enhance(0.6)
    lines, draw = find_lines(picture), ImageDraw.Draw(image)
    angles = torch.atan2(lines[0, 1], lines[0, 0]) / 2  # (h, w)
    scale = angles.shape[1] / image.width
    places = range(_APART, image.height - 1, 2 * _APART), range(_APART, image.width - 1, 2 * _APART)
    for y, x in product(*places):
        angle = angles[int(y * scale), int(x * scale)]
        right, below = (float(each) * 0.8 * _APART for each in (angle.cos(), angle.sin()))
        draw.line((x - right, y - below, x + right, y + below), _LINE, 3)
    return image.resize((width, image.height // 2), Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class Scene:
    """The photos, the style and the paintings that several pictures show; `side` is the longest."""

    side: int

    @cached_property
    def mix(self) -> StyleMix:
        """Make the mix of the one style."""
        return StyleMix.mix([style()], 1.0, painter_of(Variant.STANDARD, _CPU), PROCESS_CACHE)

    @cached_property
    def photo(self) -> Image.Image:
        """Read the photo of a cat, which has much detail."""
        return read(CAT, self.side)

    @cached_property
    def sky(self) -> Image.Image:
        """Read the photo of a rocket, which has a large sky."""
        return read(ROCKET, self.side)

    @cached_property
    def cat(self) -> Painting:
        """Paint the cat."""
        return watch(self.photo, BatchStyles([self.mix]))

    @cached_property
    def rocket(self) -> Painting:
        """Paint the rocket."""
        return watch(self.sky, BatchStyles([self.mix]))

    def guide(self, photo: Image.Image) -> Image.Image:
        """Lift a photo, and give it the colors of the artwork."""
        pixels = as_floats(to_pixels(photo, _CPU))
        return shown(guide_for(pixels, self.mix.grade(), TransferSpec().strength))

    def painted(self, specs: Mapping[str, TransferSpec]) -> list[Cell]:
        """Paint the cat by each spec."""
        return [(label, paint(self, spec)) for label, spec in specs.items()]


@cache
def paint(scene: Scene, spec: TransferSpec) -> Image.Image:
    """Paint the cat as the command line does; several sheets show the default."""
    *_, last = stylize(scene.photo, [style()], spec, device="cpu")
    if last.image is None:
        raise AssertionError("the last step has the result")
    return last.image


def draw_colors(scene: Scene) -> Image.Image:
    """Show the artwork, some of its patches, and how two photos become guides."""
    firsts = (
        ("artwork", read(STYLE, _QUARTER)),
        ("some of its patches", draw_patches(scene.mix.patches_at(scene.side)[0])),
    )
    photos = (scene.photo, scene.sky)
    return sheet(
        [
            [
                first,
                ("photo", photo),
                ("lifted", shown(lift(to_pixels(photo, _CPU)))),
                ("in the artwork's colors", scene.guide(photo)),
            ]
            for first, photo in zip(firsts, photos, strict=True)
        ],
        _QUARTER,
    )


def draw_first(scene: Scene) -> Image.Image:
    """Show the first size: decoded, in textons, and led."""
    names = {"decoded": Stage.DECODED, "in textons": Stage.TEXTONS, "led by the guide": Stage.LED}
    return sheet([[(each, scene.cat.shown(stage, 0)) for each, stage in names.items()]], _THIRD)


def draw_noise(scene: Scene) -> Image.Image:
    """Show the lines of a picture, the noise along them, and strokes with and without it."""
    led, noisy = (scene.rocket.stages[stage][-1] for stage in (Stage.LED, Stage.NOISE))
    noise = as_gray(luma_of(noisy - led)[0, 0], led.shape[3])
    without = watch(scene.sky, UndirectedStrokes([scene.mix]))
    return sheet(
        [
            [("lines", draw_lines(led, _HALF)), ("noise along them", noise)],
            [
                ("strokes without that noise", shown(without.finished)),
                ("strokes with it", shown(scene.rocket.finished)),
            ],
        ],
        _HALF,
    )


def draw_sizes(scene: Scene) -> Image.Image:
    """Show the strokes of the first, the second and the last size."""
    pictures = [shown(each) for each in scene.cat.stages[Stage.STROKES]]
    return with_parts([(f"strokes at {each.width} x {each.height}", each) for each in pictures])


def draw_contrast(scene: Scene) -> Image.Image:
    """Show what is done after the last strokes."""
    return with_parts(
        [
            ("strokes", scene.cat.shown(Stage.STROKES)),
            ("contrast matched", scene.cat.shown(Stage.MATCHED)),
            ("islands calmed", shown(scene.cat.finished)),
        ]
    )


def draw_brush(scene: Scene) -> Image.Image:
    """Show several sizes of the brush."""
    specs = {f"brush {each:g}": TransferSpec(style_scale=each) for each in BRUSHES}
    return with_parts(scene.painted(specs))


def draw_strength(scene: Scene) -> Image.Image:
    """Show several strengths."""
    specs = {f"strength {each:g}": TransferSpec(strength=each) for each in STRENGTHS}
    return sheet([scene.painted(specs)], _QUARTER)


def draw_finest(scene: Scene) -> Image.Image:
    """Show two methods."""
    methods = (DEFAULT_METHOD, FINEST_METHOD)
    return sheet([scene.painted({each: TransferSpec(each) for each in methods})], _HALF)


PICTURES: dict[str, Callable[[Scene], Image.Image]] = {
    "colors": draw_colors,
    "first": draw_first,
    "noise": draw_noise,
    "sizes": draw_sizes,
    "contrast": draw_contrast,
    "brush": draw_brush,
    "strength": draw_strength,
    FINEST_METHOD: draw_finest,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the named pictures, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", default=list(PICTURES), help="pictures (default: all)")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    parser.add_argument("--side", type=int, default=SIDE, help="longest side in pixels")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    scene = Scene(options.side)
    for name in options.name:
        path = options.out / f"{name}.webp"
        save(PICTURES[name](scene), path, MOST_BYTES)
        Console().print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
