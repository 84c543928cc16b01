"""Compare previews of the studio with results: `python -m scripts.compare_previews -o sheet.png`.

Each pair has other settings: strength, brush, size, method, and mixes of up to four styles. The
preview is painted as the site paints it for the studio (inference/queue/sketch_recipe.py), and the
result as the job would be. The table gives, for each pair,

* the color difference: the mean CIE76 distance of both at 64 pixels, where about 2 is just visible;
* the likeness of shapes: the correlation of lightness at the size of the preview, 1 for the same;
* the contrast of the preview's finest details as a share of the result's.

The sheet shows preview and result side by side at the size of the preview.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import django
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table
from skimage.color import rgb2lab

from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.pipeline.stylize import stylize

ROOT = Path(__file__).resolve().parent.parent
BROAD = 64  # pixels of the longest side on which colors are compared
RESULT = 1280


@dataclass(frozen=True)
class Setting:
    """One pair: a photo of the home page, shipped styles in equal shares, and a spec."""

    photo: str
    styles: tuple[str, ...]
    spec: TransferSpec


SETTINGS = [
    Setting("cat", ("impasto-swirl",), TransferSpec(size=RESULT)),
    Setting("cat", ("impasto-swirl",), TransferSpec(size=RESULT, strength=0.3)),
    Setting("cat", ("linocut",), TransferSpec(size=RESULT, strength=1.0)),
    Setting("coffee", ("pointillism",), TransferSpec(size=RESULT, style_scale=0.5)),
    Setting("coffee", ("watercolor",), TransferSpec(size=RESULT, style_scale=2.0)),
    Setting("coffee", ("stained-glass",), TransferSpec(size=2048)),
    Setting("rocket", ("woodcut",), TransferSpec(size=512)),
    Setting("rocket", ("woodcut", "watercolor"), TransferSpec(size=RESULT)),
    Setting("rocket", ("woodcut", "mosaic", "ink-wash", "weaving"), TransferSpec(size=RESULT)),
    Setting("cat", ("cross-hatching",), TransferSpec(method="optimize", size=RESULT)),
]


@dataclass(frozen=True)
class Difference:
    """How a preview and a result differ; see the top of this file."""

    color: float
    shapes: float
    details: float


def painted(photo: Image.Image, setting: Setting, spec: TransferSpec) -> Image.Image:
    """Return the photo painted with a spec."""
    styles = []
    for name in setting.styles:
        with Image.open(ROOT / "library" / "shipped" / f"{name}.webp") as opened:
            styles.append(StyleInput(opened.convert("RGB"), 1 / len(setting.styles)))
    *_, last = stylize(photo, styles, spec)
    if last.image is None:
        raise RuntimeError("the engine ended without a picture")
    return last.image


def difference(preview: Image.Image, result: Image.Image) -> Difference:
    """Measure a preview against its result, which has the same size."""
    small = (BROAD, max(1, round(BROAD * preview.height / preview.width)))
    labs = [
        rgb2lab(np.asarray(each.resize(small, Image.Resampling.BOX))) for each in (preview, result)
    ]
    one, other = (_light(each) for each in (preview, result))
    shapes = float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
    return Difference(
        float(np.linalg.norm(labs[0] - labs[1], axis=2).mean()),
        shapes,
        _detail(one) / _detail(other),
    )


def _light(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L"), dtype=np.float64)


def _detail(light: NDArray[np.float64]) -> float:
    """Measure the RMS of the changes from pixel to pixel."""
    return float(
        np.sqrt((np.diff(light, axis=0) ** 2).mean() + (np.diff(light, axis=1) ** 2).mean())
    )


def compare(setting: Setting) -> tuple[Image.Image, Image.Image, float]:
    """Return the preview, the result at its size, and the seconds that the preview took."""
    from inference.models import Photo
    from inference.queue.sketch_recipe import sketch_spec

    with Image.open(ROOT / "static" / "demo" / f"{setting.photo}-before.webp") as opened:
        photo = opened.convert("RGB")
    small = sketch_spec(Photo(width=photo.width, height=photo.height), setting.spec)
    painted(photo, setting, small)  # the site knows the codes of its styles
    began = time.perf_counter()
    preview = painted(photo, setting, small)
    seconds = time.perf_counter() - began
    result = painted(photo, setting, setting.spec)
    return preview, result.resize(preview.size, Image.Resampling.LANCZOS), seconds


def name_of(setting: Setting) -> str:
    """Describe a setting in a line."""
    spec = setting.spec
    facts = f"{spec.method}, {spec.size} px, strength {spec.strength:g}, brush {spec.style_scale:g}"
    return f"{setting.photo} in {' + '.join(setting.styles)}: {facts}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint all pairs, print the table, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path, help="write the sheet with all pairs")
    parser.add_argument("--most", type=int, default=len(SETTINGS), help="how many pairs at most")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
    django.setup()
    console = Console()
    table = Table("settings", "color", "shapes", "details", "seconds")
    rows: list[tuple[Image.Image, Image.Image]] = []
    found: dict[str, Difference] = {}
    for setting in SETTINGS[: chosen.most]:
        name = name_of(setting)
        with console.status(name):
            preview, result, seconds = compare(setting)
        rows.append((preview, result))
        each = found[name] = difference(preview, result)
        figures = (
            f"{each.color:.1f}",
            f"{each.shapes:.3f}",
            f"{each.details:.2f}",
            f"{seconds:.2f}",
        )
        table.add_row(name, *figures)
    console.print(table)
    worst = max(found, key=lambda name: found[name].color)
    console.print(f"The largest difference of colors: {worst}, {found[worst].color:.1f}.")
    if chosen.out:
        _sheet(rows).save(chosen.out)


def _sheet(rows: Sequence[tuple[Image.Image, Image.Image]]) -> Image.Image:
    width = max(preview.width for preview, _result in rows)
    sheet = Image.new("RGB", (2 * width, sum(preview.height for preview, _result in rows)))
    top = 0
    for preview, result in rows:
        sheet.paste(preview, (0, top))
        sheet.paste(result, (width, top))
        top += preview.height
    return sheet


if __name__ == "__main__":
    main()
