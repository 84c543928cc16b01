"""Import a folder of pictures with a manifest that says who made them.

If one record is wrong, nothing is imported. A second import of the same folder changes nothing.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from common.uploads import UploadRefused
from library.licenses import USABLE_IN_LIBRARY
from library.records import Loaded, Record, import_record
from library.services import StylePicture

MANIFESTS: Final = ("manifest.json", "manifest.csv")
REQUIRED: Final = ("file", "title", "artist", "license", "source_url")
YEARS: Final = ("year_from", "year_to")
TEXTS: Final = (
    "title",
    "description",
    "date_text",
    "medium",
    "culture",
    "institution",
    "accession_number",
    "credit_line",
    "source_url",
    "technique",
    "license",
    "rights_statement",
    "attribution_text",
    "restrictions",
)


class ImportRefused(Exception):
    """The folder is not imported. `reasons` has a sentence for each thing to correct."""

    code = "import_refused"
    status = 422

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


def load_styles_from_folder(*, folder: Path, publish: bool = False) -> Loaded:
    """Import the pictures that the manifest in `folder` describes into the library, as drafts.

    The manifest is `manifest.json` (a list, or an object with `styles`) or `manifest.csv`. Each
    record needs file, title, artist, license and source_url. Raises `ImportRefused` with a
    sentence for each error. In this case nothing changes.
    """
    rows = _rows(folder)
    # All records are checked before the first write, so a refused folder changes nothing.
    if reasons := [*_refusals(folder, rows)]:
        raise ImportRefused(reasons)
    loaded = Loaded()
    for row in rows:
        record = _record(folder, row)
        if record.is_in_library:
            loaded.unchanged.append(record.slug)
        else:
            import_record(record, loaded, picture=StylePicture(record.picture()), publish=publish)
    return loaded


def _rows(folder: Path) -> list[dict[str, Any]]:
    """Read the manifest. Raises `ImportRefused` if it is missing or cannot be read."""
    manifest = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if manifest is None:
        raise ImportRefused([_("The folder has no manifest.json or manifest.csv.")])
    try:
        # Spreadsheets write a byte order mark. This encoding removes it.
        text = manifest.read_text("utf-8-sig")
        if manifest.suffix == ".csv":
            return list(csv.DictReader(text.splitlines(), strict=True))
        read = json.loads(text)
        return [dict(row) for row in (read["styles"] if isinstance(read, dict) else read)]
    except (ValueError, LookupError, TypeError, csv.Error) as error:
        message = _("%(file)s cannot be read: %(error)s")
        raise ImportRefused([message % {"file": manifest.name, "error": error}]) from error


def _refusals(folder: Path, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each error, with the number of its record."""
    if not rows:
        yield _("The manifest is empty.")
    for number, row in enumerate(rows, start=1):
        for sentence in _missing(row) or _wrong(folder, row):
            yield f"{number}. {row.get('file') or '?'}: {sentence}"
    slugs = Counter(_slug(row) for row in rows)
    for slug in sorted(slug for slug, count in slugs.items() if slug and count > 1):
        yield _("The slug “%(slug)s” is used twice. Each style needs its own.") % {"slug": slug}


def _missing(row: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each required field that is empty."""
    empty = [name for name in REQUIRED if not str(row.get(name) or "").strip()]
    return [_("The field %(field)s is missing.") % {"field": name} for name in empty]


def _wrong(folder: Path, row: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each wrong field of a complete record."""
    wrong = []
    if row["license"] not in USABLE_IN_LIBRARY:
        message = _("The license must be one of: %(choices)s.")
        wrong.append(message % {"choices": ", ".join(USABLE_IN_LIBRARY)})
    if not str(row["source_url"]).startswith(("https://", "http://")):
        wrong.append(_("The source must be a full address that starts with https://."))
    if not all(str(row.get(name) or "0").lstrip("-").isdecimal() for name in YEARS):
        wrong.append(_("Years must be whole numbers."))
    if not _slug(row):
        wrong.append(_("The style needs a slug in Latin letters."))
    return wrong or _wrong_picture(folder, _record(folder, row))


def _wrong_picture(folder: Path, record: Record) -> list[str]:
    """Return a sentence if the picture is outside the folder, missing, or refused by validation."""
    # Resolved, so that a link or `..` cannot lead out of the folder.
    path = record.path.resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return [_("The picture is not in the folder.")]
    try:
        if not record.is_in_library:
            record.picture()
    except UploadRefused as refusal:
        return [str(refusal)]
    return []


def _record(folder: Path, row: Mapping[str, Any]) -> Record:
    """Return the record that a row of the manifest describes."""
    values: dict[str, Any] = {name: str(row[name]).strip() for name in TEXTS if row.get(name)}
    values |= {name: int(row[name]) for name in YEARS if row.get(name)}
    values["tags"] = _tags(row.get("tags"))
    return Record(_slug(row), str(row["artist"]).strip(), folder / str(row["file"]), values)


def _slug(row: Mapping[str, Any]) -> str:
    return slugify(str(row.get("slug") or row.get("title") or ""))[:80]


def _tags(value: object) -> list[str]:
    """Return the tags of a list, or of a text with commas or semicolons between the tags."""
    words = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    return [word for word in (str(each).strip() for each in words) if word]
