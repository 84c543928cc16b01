"""Write pictures with an sRGB profile. A file is written completely or not at all."""

import io
import os
import tempfile
from pathlib import Path

from PIL import Image

from style_transfer.core.errors import EngineError
from style_transfer.imaging.pixels import SRGB_FILE

SUFFIXES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_QUALITY = {"JPEG": {"quality": 95, "subsampling": 0}, "PNG": {}, "WEBP": {"quality": 95}}


class OutputError(EngineError):
    """The result cannot be written there."""

    code = "output_unwritable"
    hint = "Choose another place or file name."


def output_format(path: Path) -> str:
    """Give the format that belongs to the suffix of `path`.

    Raises OutputError for a suffix that is not in SUFFIXES.
    """
    try:
        return SUFFIXES[path.suffix.lower()]
    except KeyError:
        allowed = ", ".join(SUFFIXES)
        raise OutputError(f"{path.name} should end in one of {allowed}.") from None


def check_parent(path: Path) -> None:
    """Raise OutputError if there is no folder in which `path` could be written."""
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}.")


def save_picture(image: Image.Image, path: Path) -> None:
    """Write an RGB or RGBA image to `path` and replace an old file in one step.

    JPEG has no transparency, so transparent parts become white. Raises OutputError; then no
    half-written file remains.
    """
    kind = output_format(path)
    if kind == "JPEG":
        image = _on_white(image)
    buffer = io.BytesIO()
    try:
        image.save(buffer, kind, icc_profile=SRGB_FILE, **_QUALITY[kind])
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{kind} cannot hold a picture of {image.width} x {image.height}."
        ) from error
    save_bytes(buffer.getbuffer(), path)


def save_bytes(content: bytes | memoryview, path: Path) -> None:
    """Write a file and replace an old one in one step; raises OutputError."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write a file in one step: afterwards it is complete or unchanged. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    sheet = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(sheet, image).convert("RGB")
