"""Make the pictures of the course: `python -m scripts.make_course`.

The photo is of the demonstration pairs, and the artwork one that this project shipped. Everything
else is painted here, with the same modules that the site and the command line use. It takes some
minutes; `--steps 30` is a quick try.

The picture of a network needs one that was trained for that artwork, with photos of your own:

    python -m examples.train PHOTOS library/shipped/impasto-swirl.webp painter.safetensors
    python -m scripts.make_course --network painter.safetensors
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image
from rich.console import Console

from scripts.sheets import CELL, as_gray, read, save, sheet
from style_transfer.core.spec import Step, StyleInput, TransferSpec
from style_transfer.features.builtin import load_features
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.gatys.recipe import STYLE_LAYERS, gram_matrix
from style_transfer.pipeline.stylize import stylize
from style_transfer.training.curve import draw_curves

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "learn" / "pictures"
PHOTO = ROOT / "static" / "demo" / "cat-before.webp"
STYLE = ROOT / "library" / "shipped" / "impasto-swirl.webp"
FEATURES = "builtin"
SIDE = 160  # longest side of what is painted
STEPS = 300
EVERY = 100
WEIGHTS = (1, 1e2, 1e4, 1e6)
MOST_BYTES = 60_000
_FAINT = 1e-3  # the content loss of the photo itself is 0 but for rounding
_MAPS = 4  # channels of a layer that are shown


def paint(photo: Image.Image, style: Image.Image, spec: TransferSpec) -> Iterator[Step]:
    """Paint by the textbook recipe on the CPU, where the result is the same everywhere."""
    yield from stylize(photo, [StyleInput(style)], spec, device="cpu")


@torch.no_grad()
def draw_features(photo: Image.Image) -> Image.Image:
    """Draw the channels of each layer that vary most: what the network sees in the photo."""
    cpu = torch.device("cpu")
    maps = load_features(FEATURES, cpu)(to_tensor(photo, cpu), STYLE_LAYERS)
    rows = []
    for layer in STYLE_LAYERS:
        found = maps[layer][0]  # (C, h, w)
        order = found.flatten(1).std(1).argsort(descending=True)[:_MAPS].tolist()
        rows.append([(f"{layer}, channel {each}", as_gray(found[each])) for each in order])
    return sheet(rows)


@torch.no_grad()
def draw_grams(photo: Image.Image, style: Image.Image) -> Image.Image:
    """Draw the Gram matrices of the photo, of the artwork, and of the artwork turned around."""
    cpu = torch.device("cpu")
    network = load_features(FEATURES, cpu)
    turned = style.transpose(Image.Transpose.ROTATE_180)
    rows = []
    for name, image in (("photo", photo), ("artwork", style), ("artwork, turned", turned)):
        maps = network(to_tensor(image, cpu), STYLE_LAYERS[:4])
        # The means are taken away first, as the recipe does for this network.
        grams = [gram_matrix(each - each.mean((2, 3), keepdim=True)) for each in maps.values()]
        drawn = [as_gray(each.sign() * each.abs().sqrt()) for each in grams]
        rows.append([(name, image), *zip(maps, drawn, strict=True)])
    return sheet(rows)


def draw_descent(
    photo: Image.Image, style: Image.Image, steps: int, every: int
) -> tuple[Image.Image, Image.Image]:
    """Paint once; return the picture of every few steps, and the curves of the losses."""
    spec = TransferSpec("gatys", steps=steps)
    frames = [("artwork", style), ("photo", photo)]
    curves: dict[str, list[tuple[int, float]]] = {}
    for step in paint(photo, style, spec):
        for name, value in (step.losses or {}).items():
            if value > _FAINT:
                curves.setdefault(name, []).append((step.done, value))
        shows = step.stage == "painting" and (step.done == 1 or step.done % every == 0)
        if shows and step.painting and (image := step.painting.finish().image):
            frames.append((f"step {step.done}", image))
        if step.stage == "done" and step.image:
            frames.append((f"step {step.done}", step.image))
    return sheet([frames]), draw_curves(curves)


def draw_sweep(photo: Image.Image, style: Image.Image, steps: int) -> Image.Image:
    """Paint with several weights of the style, each from the photo."""
    cells = []
    for weight in WEIGHTS:
        spec = TransferSpec("gatys", steps=steps, style_weight=weight)
        *_, last = paint(photo, style, spec)
        if last.image:
            cells.append((f"style weight {weight:g}", last.image))
    return sheet([cells])


def draw_network(weights: Path, photo: Path, style: Image.Image) -> Image.Image:
    """Paint the photo in one pass with the network of examples/train.py."""
    with TemporaryDirectory() as folder:
        words = [str(weights), str(photo), folder, "--size", str(2 * CELL)]
        command = [sys.executable, "-m", "examples.infer", *words]
        subprocess.run(command, cwd=ROOT, check=True)
        painted = read(Path(folder) / f"{photo.stem}.png", 2 * CELL)
    cells = [("artwork", style), ("photo", read(photo, 2 * CELL)), ("one pass", painted)]
    return sheet([cells], 2 * CELL)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    parser.add_argument("--side", type=int, default=SIDE, help="longest side in pixels")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of the long painting")
    parser.add_argument("--every", type=int, default=EVERY, help="show every Nth step")
    parser.add_argument(
        "--network", type=Path, help="weights of examples/train.py; only its picture"
    )
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    photo, style = read(PHOTO, options.side), read(STYLE, options.side)

    def keep(name: str, image: Image.Image) -> None:
        save(image, options.out / f"{name}.webp", MOST_BYTES)
        Console().print(f"{name}.webp", (options.out / f"{name}.webp").stat().st_size)

    if options.network:
        keep("network", draw_network(options.network.resolve(), PHOTO, read(STYLE, 2 * CELL)))
        return
    keep("features", draw_features(photo))
    keep("grams", draw_grams(photo, style))
    steps, losses = draw_descent(photo, style, options.steps, options.every)
    keep("steps", steps)
    keep("losses", losses)
    keep("weights", draw_sweep(photo, style, max(1, options.steps // 3)))


if __name__ == "__main__":
    main()
