"""The styles that come with the project: rendered by its own scripts, listed in a manifest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from common.derivatives import Encoded
from library.services import StylePicture
from library.shelving import Loaded, Record, shelve

SHIPPED: Final = Path(__file__).resolve().parent / "shipped"


class ManifestMismatch(Exception):
    """A shipped picture is not the one that its manifest describes."""

    def __init__(self, file: str) -> None:
        super().__init__(f"Render {file} anew: it is not the picture that the manifest describes.")


def load_shipped_styles(*, folder: Path = SHIPPED) -> Loaded:
    """Bring the shipped styles into the library, published.

    A style that has the shipped picture is left alone, so a second run changes nothing and the
    changes of curators stand; another picture makes a new version. Raises `ManifestMismatch`.
    """
    loaded = Loaded()
    for entry in _entries(folder):
        record = _record(folder, entry)
        if record.sha256 != entry["sha256"]:
            raise ManifestMismatch(entry["file"])
        if record.is_shelved:
            loaded.unchanged.append(record.slug)
            continue
        # Encoding a WebP of ours once more would only blur it.
        kept = Encoded(record.path.read_bytes(), record.path.suffix)
        shelve(record, StylePicture(record.picture(), kept), loaded, publish=True)
    return loaded


def _entries(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of the manifest; none where nothing is shipped."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    entries: list[dict[str, Any]] = json.loads(manifest.read_text("utf-8"))["artworks"]
    return entries


def _record(folder: Path, entry: Mapping[str, Any]) -> Record:
    """Return the record of a style from the entry of its rendering."""
    copied = ("title", "description", "technique", "tags", "license")
    values = {name: entry[name] for name in copied} | {
        "date_text": str(entry["made_on"]),
        "year_from": entry["made_on"],
        "year_to": entry["made_on"],
        "medium": "Algorithmic drawing",
        "accession_number": f"{entry['script']}, seed {entry['seed']}",
        "credit_line": "drawn by a program",
    }
    return Record(entry["slug"], entry["artist"], folder / entry["file"], values)
