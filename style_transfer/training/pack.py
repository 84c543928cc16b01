"""Packs: one file with the training pictures, scaled down to fit a budget, to copy to a machine.

A pack is a zip of WebP pictures, `content/...`, `style/...` and `held_out/...`. Each part has a
`manifest.csv` with the origin of its pictures. Every training accepts a pack in place of a folder.
"""

import csv
import io
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from PIL import Image

from style_transfer.training.export import PICTURES, read_rows
from style_transfer.training.pictures import SUFFIXES, TrainingDataError, read_picture

PARTS = ("content", "style", "held_out")
SIDES = tuple(round(1024 * 0.95**power) for power in range(55))  # pixels, down to 64
QUALITY = 80  # of WebP; with the same bytes the sides of JPEG pictures would be a third shorter
LARGEST = 8 * 2**30  # bytes of an unpacked pack; a larger one is refused as a zip bomb
_SAMPLE = 48  # pictures from which the size of all is estimated
_OVERHEAD = 256  # bytes per picture for the zip entry and the row in the manifest
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same pictures make the same file
_HINT = "Make one with `python -m style_transfer train pack`."


@dataclass(frozen=True)
class Part:
    """The pictures of one part of a pack, and their folder."""

    root: Path
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Packed:
    """The result of packing: the largest short side in pixels, and the bytes of the file."""

    side: int
    size: int


def pack_pictures(
    parts: Mapping[str, Part],
    out: Path,
    budget: int,
    *,
    advance: Callable[[], object] = lambda: None,
) -> Packed:
    """Write pictures of PARTS into a zip of at most `budget` bytes, as large as they fit.

    `advance` is called once for each picture. Raises TrainingDataError if they do not fit even at
    the smallest size; then no file remains.
    """
    paths = [path for part in parts.values() for path in part.paths]
    partial = out.with_name(out.name + ".partial")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        for side in _sides_within(paths, budget):
            _write(parts, partial, side, advance)
            size = partial.stat().st_size
            if size <= budget:
                partial.replace(out)
                return Packed(side, size)
    finally:
        partial.unlink(missing_ok=True)
    raise TrainingDataError(
        f"{len(paths)} pictures do not fit into {budget:,} bytes.",
        hint="Raise the budget, or pack fewer pictures.",
    )


def _sides_within(paths: Sequence[Path], budget: int) -> Sequence[int]:
    """List the sides at which pictures may fit, largest first; a few pictures give the estimate."""
    sample = paths[:: max(1, len(paths) // _SAMPLE)]

    def fits(side: int) -> bool:
        mean = sum(len(_shrink(path, side)) for path in sample) / len(sample)
        return (mean + _OVERHEAD) * len(paths) <= budget

    return SIDES[bisect_left(SIDES, x=True, key=fits) :]


def _shrink(path: Path, side: int) -> bytes:
    """Encode a picture as WebP with a short side of at most `side` pixels."""
    picture = read_picture(path, side=side)
    factor = side / min(picture.size)
    if factor < 1:
        size = (round(picture.width * factor), round(picture.height * factor))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()


def _write(parts: Mapping[str, Part], path: Path, side: int, advance: Callable[[], object]) -> None:
    with zipfile.ZipFile(path, "w") as pack:
        for name, part in parts.items():
            rows = read_rows(part.root)
            kept = io.StringIO()
            manifest = csv.DictWriter(kept, ("file", "licence", "source"), extrasaction="ignore")
            manifest.writeheader()
            for each in part.paths:
                own = each.relative_to(part.root).as_posix()
                file = own if each.suffix.lower() == ".webp" else f"{own}.webp"
                pack.writestr(zipfile.ZipInfo(f"{name}/{file}", _EPOCH), _shrink(each, side))
                manifest.writerow(rows.get(own, {}) | {"file": file})
                advance()
            pack.writestr(zipfile.ZipInfo(f"{name}/{PICTURES}", _EPOCH), kept.getvalue())


@contextmanager
def open_pictures(path: Path, part: str) -> Iterator[Path]:
    """Give the folder of a part of PARTS: the path itself, or the unpacked part of a pack.

    Raises TrainingDataError if the path is neither a folder nor a pack with that part.
    """
    if path.is_dir() or not path.is_file():
        yield path  # the search for pictures reports the error
        return
    with TemporaryDirectory(prefix="pictures-") as folder:
        _unpack(path, part, Path(folder))
        yield Path(folder) / part


def _unpack(path: Path, part: str, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as pack:
            members = [each for each in pack.infolist() if _belongs(each.filename, part)]
            if not members:
                raise TrainingDataError(f"{path} has no {part} pictures.", hint=_HINT)
            if sum(each.file_size for each in members) > LARGEST:
                raise TrainingDataError(f"{path} unpacks to more than {LARGEST:,} bytes.")
            pack.extractall(folder, members)  # it writes nothing outside the folder
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise TrainingDataError(f"{path} is neither a folder nor a pack.", hint=_HINT) from error


def _belongs(name: str, part: str) -> bool:
    place = PurePosixPath(name)
    return place.parts[:1] == (part,) and (
        place.suffix.lower() in SUFFIXES or place.name == PICTURES
    )
