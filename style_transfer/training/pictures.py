"""Find the training pictures in a folder tree, and check them before the first step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from style_transfer.core.errors import EngineError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MIN_SIDE = 64  # pixels; a smaller picture has almost no texture to learn from


class TrainingDataError(EngineError):
    """The folder holds no picture that a training can use."""

    code = "training_data"
    hint = "Name a folder with JPEG, PNG or WebP files, at any depth, as COCO or WikiArt come."


@dataclass(frozen=True)
class CheckedPictures:
    """The result of a check: usable files, and each refused file with the reason."""

    usable: tuple[Path, ...]
    refused: tuple[tuple[Path, str], ...]


def find_pictures(folder: Path) -> list[Path]:
    """List the picture files in a folder and its subfolders, sorted; hidden files are skipped.

    Raises TrainingDataError if there is no such folder or no picture in it.
    """
    if not folder.is_dir():
        raise TrainingDataError(f"{folder} is not a folder.")
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )
    if not paths:
        raise TrainingDataError(f"There is no picture in {folder}.")
    return paths


def read_picture(path: Path, *, side: int) -> Image.Image:
    """Decode a picture upright as RGB; a JPEG is decoded at a short side a little above `side`.

    Raises OSError, ValueError or SyntaxError for a file that Pillow cannot decode.
    """
    with Image.open(path) as opened:
        opened.draft("RGB", (side, side))  # decodes at 1/2, 1/4 or 1/8, in a tenth of the time
        return ImageOps.exif_transpose(opened).convert("RGB")


def check_pictures(
    paths: Sequence[Path], *, advance: Callable[[], object] = lambda: None
) -> CheckedPictures:
    """Decode every picture once, so that a corrupt one is reported now and not hours later.

    `advance` is called once for each picture. Raises TrainingDataError if none is usable.
    """
    usable: list[Path] = []
    refused: list[tuple[Path, str]] = []
    for path in paths:
        reason = _find_fault(path)
        if reason:
            refused.append((path, reason))
        else:
            usable.append(path)
        advance()
    if not usable:
        raise TrainingDataError(f"Not one of {len(paths)} pictures can be used.")
    return CheckedPictures(tuple(usable), tuple(refused))


def _find_fault(path: Path) -> str:
    try:
        picture = read_picture(path, side=MIN_SIDE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"cannot be decoded ({error})"
    if min(picture.size) < MIN_SIDE:
        return f"is smaller than {MIN_SIDE} pixels"
    return ""
