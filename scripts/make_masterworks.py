"""Compute the style codes and samples of the masterworks that the library ships.

    python -m scripts.make_masterworks --pictures FOLDER [slug ...]

FOLDER has the reproductions that `library/masterworks/manifest.json` names under `picture`. The
script only reads them. For each entry it writes three files beside the manifest: the style code,
and a demonstration photo and a swatch that are painted with it. It writes their hashes into the
manifest. The same pictures and weights give the same files.
"""

import argparse
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console

from scripts.make_embeddings import DEVICE, write_code
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.imaging.images import load_picture
from style_transfer.methods.swatch import paint_swatch
from style_transfer.pipeline.stylize import stylize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "library" / "masterworks"
DEMONSTRATION = ROOT / "static" / "demo"
SPEC = TransferSpec(method="fast", size=768)
QUALITY = 80


def paint_sample(photo: Image.Image, code: bytes) -> bytes:
    """Return the demonstration photo, painted with a style code, as WebP."""
    *_, last = stylize(photo, [StyleInput(None, embedding=code)], SPEC, device=DEVICE)
    if last.image is None:
        raise RuntimeError("The engine ended without a picture.")
    return _as_webp(last.image)


def _as_webp(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # Method 6 takes the most time and makes the smallest file.
    picture.convert("RGB").save(buffer, "webp", quality=QUALITY, method=6)
    return buffer.getvalue()


def make(entry: dict[str, Any], pictures: Path, folder: Path) -> dict[str, Any]:
    """Write the files of an entry. Return their facts for the manifest."""
    slug = entry["slug"]
    made = write_code(slug, pictures / entry["picture"], folder)
    photo = load_picture(DEMONSTRATION / f"{entry['demonstration']}-before.webp").image
    code = (folder / made["code"]).read_bytes()
    # These show the style, because the picture of the artwork itself is not shipped.
    files = {"sample": paint_sample(photo, code), "swatch": _as_webp(paint_swatch(code))}
    for kind, name in (("sample", f"{slug}.webp"), ("swatch", f"{slug}-swatch.webp")):
        (folder / name).write_bytes(files[kind])
        made |= {kind: name, f"{kind}_sha256": hashlib.sha256(files[kind]).hexdigest()}
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the named entries, or all entries of the manifest."""
    parser = argparse.ArgumentParser(description="Compute codes and pictures of the masterworks.")
    parser.add_argument("slug", nargs="*", help="entries of the manifest (default: all)")
    parser.add_argument("--pictures", type=Path, required=True, help="folder of the reproductions")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the manifest")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False)
    path: Path = chosen.folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    for entry in manifest["masterworks"]:
        if not chosen.slug or entry["slug"] in chosen.slug:
            entry.update(make(entry, chosen.pictures, chosen.folder))
            size = (chosen.folder / entry["code"]).stat().st_size
            console.print(f"{entry['slug']}: {size // 1000} kB, {entry['code_sha256'][:12]}")
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
