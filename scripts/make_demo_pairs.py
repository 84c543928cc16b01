"""Paint the before/after pairs of the home page: `python -m scripts.make_demo_pairs`.

The photos are from scikit-image (a development dependency), and are in the public domain or under
CC0. Nothing is downloaded. The engine and the shipped styles make the paintings, so run this again
after a change of the engine or of a style.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps
from rich.console import Console

from library.demonstration import PAIRS, Pair
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.pipeline.stylize import stylize

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "static" / "demo"
QUALITY = 82
# The file of each photo in scikit-image, and the point of the photo that is the center of the crop.
SOURCES: dict[str, tuple[str, tuple[float, float]]] = {
    "cat": ("chelsea.png", (0.5, 0.5)),
    "rocket": ("rocket.jpg", (0.5, 0.5)),
    "coffee": ("coffee.png", (0.5, 0.5)),
}
SPECS: dict[str, TransferSpec] = {
    "cat": TransferSpec(method="optimize", strength=0.75),
    "rocket": TransferSpec(method="optimize", strength=0.8),
    "coffee": TransferSpec(method="optimize", strength=0.8),
}


def read_photo(pair: Pair) -> Image.Image:
    """Return the photo of a pair, cropped and enlarged to the size of the pair."""
    import skimage

    name, centering = SOURCES[pair.name]
    path = Path(skimage.__file__).parent / "data" / name
    with Image.open(path) as opened:
        size = (pair.width, pair.height)
        # 0: no border is cut off before the crop.
        return ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS, 0, centering)


def paint(pair: Pair, photo: Image.Image, console: Console) -> Image.Image:
    """Return the photo painted in the style of the pair."""
    with Image.open(ROOT / "library" / "shipped" / f"{pair.style}.webp") as opened:
        style = StyleInput(opened.convert("RGB"))
    result = photo
    with console.status(pair.name) as status:
        for step in stylize(photo, [style], SPECS[pair.name]):
            status.update(f"{pair.name}: {step.stage}, {step.done} of {step.total}")
            result = step.image or result
    return result.convert("RGB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the named pairs, or all pairs."""
    names = [pair.name for pair in PAIRS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "pair", nargs="*", default=names, help=f"pairs to make: {', '.join(names)} (default: all)"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    chosen = parser.parse_args(arguments)
    console = Console()
    for pair in PAIRS:
        if pair.name not in chosen.pair:
            continue
        began = time.monotonic()
        photo = read_photo(pair)
        photo.save(chosen.out / Path(pair.before).name, quality=QUALITY, method=6)
        paint(pair, photo, console).save(
            chosen.out / Path(pair.after).name, quality=QUALITY, method=6
        )
        console.print(f"{pair.name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
