"""Compute the style codes of the shipped artworks: `python -m scripts.make_embeddings [slug ...]`.

A style code is a file with the embedding of an artwork, which the method fast paints from. It takes
some seconds to compute, so the codes of the shipped artworks are shipped too, and
`library/shipped/codes.json` lists them. Run this script again when an artwork is painted again, or
when the weights of the engine change. The same pictures and weights give the same files.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from style_transfer.imaging.images import load_picture
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import Painter, load_painter

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "library" / "shipped"
DEVICE = "cpu"


def exact_painter() -> Painter:
    """Return the engine's painter, set so that it gives the same numbers on each machine."""
    torch.set_num_threads(1)  # the rounding of a sum depends on how threads split it
    painter = load_painter(torch.device(DEVICE))
    painter.halved = False  # its rounding depends on the processor
    return painter


def compute_code(picture: Path, painter: Painter) -> bytes:
    """Return the bytes of the style code of a picture."""
    return StyleEmbedding.from_picture(load_picture(picture).image, painter).to_bytes()


def write_code(slug: str, picture: Path, folder: Path) -> dict[str, Any]:
    """Write the code of a picture as `slug` into `folder`. Return its facts for a manifest."""
    painter = exact_painter()
    code = compute_code(picture, painter)
    (folder / f"{slug}.code").write_bytes(code)
    return {
        "weights": painter.sha256,
        "code": f"{slug}.code",
        "code_sha256": hashlib.sha256(code).hexdigest(),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute the named codes, or all codes."""
    parser = argparse.ArgumentParser(description="Compute the codes of the shipped artworks.")
    parser.add_argument("slug", nargs="*", help="artworks (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the artworks")
    chosen = parser.parse_args(arguments)
    folder: Path = chosen.folder
    listed = folder / "codes.json"
    codes = json.loads(listed.read_text("utf-8")) if listed.is_file() else {}
    for entry in json.loads((folder / "manifest.json").read_text("utf-8"))["artworks"]:
        slug = entry["slug"]
        if not chosen.slug or slug in chosen.slug:
            made = write_code(slug, folder / entry["file"], folder)
            codes[slug] = {"picture_sha256": entry["sha256"], **made}
            Console(highlight=False).print(f"{slug}: {made['code_sha256'][:12]}")
    listed.write_text(json.dumps(codes, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
