"""Check and shrink a downloaded set of pictures, and keep what it says of their licenses.

COCO has an annotation file with a license id and an address for each photo. WikiArt has a folder
for each manner of painting, and files named ARTIST_TITLE; it says nothing of licenses. The result
is a folder with `manifest.csv`, which every training reads for the card of what it makes.
"""

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from style_transfer.core.errors import EngineError
from style_transfer.core.sizes import scaled
from style_transfer.imaging.saving import save_picture
from style_transfer.training.pictures import (
    CheckedPictures,
    TrainingDataError,
    check_pictures,
    find_pictures,
    read_picture,
)

MANIFEST = "manifest.csv"
COLUMNS = ("file", "title", "artist", "licence", "source", "subject")
_SHARP = Image.Resampling.LANCZOS
Row = Mapping[str, str]


class AnnotationsError(EngineError):
    """The folder of COCO has no annotation file that names the licenses, or a damaged one."""

    code = "annotations_missing"
    hint = "Put annotations/image_info_*.json or captions_*.json of the same set into the folder."


@dataclass(frozen=True)
class Prepared:
    """The result: the pictures that were written, and each refused file with the reason."""

    kept: int
    refused: tuple[tuple[Path, str], ...]


def prepare_coco(
    source: Path,
    out: Path,
    *,
    side: int,
    licenses: Sequence[int] = (),
    advance: Callable[[], object] = lambda: None,
) -> Prepared:
    """Prepare photos of COCO; `licenses` are the ids that are kept, or none for all.

    A photo without a license in the annotations is refused. Raises AnnotationsError,
    TrainingDataError and OutputError; then nothing is written.
    """
    paths = find_pictures(source)
    rows = _read_coco(source, {path.name for path in paths}, frozenset(licenses))
    licensed = [path for path in paths if path.name in rows]
    unlicensed = [
        (path, "has no license that is wanted") for path in paths if path.name not in rows
    ]
    if not licensed:
        raise TrainingDataError(f"No photo in {source} has a license that is wanted.")
    checked = check_pictures(licensed, advance=advance)
    _write(source, out, checked, lambda path: rows[path.name], side)
    return Prepared(len(checked.usable), (*checked.refused, *unlicensed))


def prepare_wikiart(
    source: Path, out: Path, *, side: int, advance: Callable[[], object] = lambda: None
) -> Prepared:
    """Prepare paintings of WikiArt. Raises TrainingDataError and OutputError; see prepare_coco."""
    checked = check_pictures(find_pictures(source), advance=advance)
    _write(source, out, checked, lambda path: _row_of_painting(path, source), side)
    return Prepared(len(checked.usable), checked.refused)


def _row_of_painting(path: Path, source: Path) -> Row:
    artist, _, title = path.stem.partition("_")
    subject = path.parent.name if path.parent != source else ""
    words = {"artist": artist, "title": title, "subject": subject}
    return {**{name: word.replace("-", " ") for name, word in words.items()}, "source": "WikiArt"}


def _read_coco(source: Path, names: set[str], wanted: frozenset[int]) -> dict[str, Row]:
    """Read the rows of the photos `names` from annotation files, the smallest files first."""
    try:
        files = sorted(source.rglob("*.json"), key=lambda path: path.stat().st_size)
    except OSError as error:
        raise AnnotationsError(f"{error.filename} cannot be read.") from error
    rows: dict[str, Row] = {}
    for path in files:
        if names <= rows.keys():
            break
        rows |= _rows_in(path, names, wanted)
    if not rows:
        raise AnnotationsError(f"No annotation file in {source} names licenses of its photos.")
    return rows


def _rows_in(path: Path, names: set[str], wanted: frozenset[int]) -> dict[str, Row]:
    try:
        found = json.loads(path.read_bytes())
        if not isinstance(found, dict):  # results of a detector, which lie beside the annotations
            return {}
        licenses = {each["id"]: each for each in found.get("licenses", [])}
        return {
            image["file_name"]: _row_of_photo(image, licenses[image["license"]])
            for image in found.get("images", [])
            if image["file_name"] in names
            and image.get("license") in licenses
            and (not wanted or image["license"] in wanted)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AnnotationsError(f"{path} is not an annotation file of COCO.") from error


def _row_of_photo(image: Mapping[str, Any], license_: Mapping[str, Any]) -> Row:
    address = image.get("flickr_url") or image.get("coco_url") or ""
    return {
        "title": str(image.get("id", "")),
        "licence": f"{license_.get('name', '')} {license_.get('url', '')}".strip(),
        "source": f"COCO: {address}",
    }


def _write(
    source: Path, out: Path, checked: CheckedPictures, row_of: Callable[[Path], Row], side: int
) -> None:
    """Write smaller pictures and their manifest; the folder appears only when it is complete."""
    if out.exists():
        raise TrainingDataError(f"{out} exists already.", hint="Choose another folder with --out.")
    part = _new_folder_beside(out)
    try:
        with (part / MANIFEST).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            names: set[Path] = set()
            for path in checked.usable:
                name = path.relative_to(source).with_suffix(".webp")
                if name in names:  # of a picture with the same name in another format
                    name = path.relative_to(source).with_name(f"{path.name}.webp")
                names.add(name)
                (part / name).parent.mkdir(parents=True, exist_ok=True)
                save_picture(_shrunk(read_picture(path, side=side), side), part / name)
                writer.writerow({"file": name.as_posix(), **row_of(path)})
        part.replace(out)
    except OSError as error:
        raise TrainingDataError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _new_folder_beside(out: Path) -> Path:
    try:
        part = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise TrainingDataError(f"{out} cannot be made: {error.strerror}.") from error
    part.chmod(0o755)
    return part


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    factor = side / min(picture.size)
    return picture.resize(scaled(*picture.size, factor), _SHARP) if factor < 1 else picture
