"""The styles that come with the project: rendered by its own scripts, or codes of masterworks."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from common.derivatives import Encoded
from library.masterwork_manifest import MASTERWORKS, read_entries, record_of
from library.services import StyleCode, StylePicture
from library.shelving import Loaded, Record, read_picture, shelve

SHIPPED: Final = Path(__file__).resolve().parent / "shipped"


class ManifestMismatch(Exception):
    """A shipped file is not the one that its manifest describes."""

    def __init__(self, file: str) -> None:
        super().__init__(f"Make {file} anew: it is not the file that the manifest describes.")


def load_shipped_styles(*, folder: Path = SHIPPED, masterworks: Path = MASTERWORKS) -> Loaded:
    """Bring the shipped styles into the library, published.

    A style that has the shipped picture or code is left alone, so a second run changes nothing and
    the changes of curators stand; another one makes a new version. Raises `ManifestMismatch`.
    """
    loaded = Loaded()
    for entry in _entries(folder):
        _load_artwork(folder, entry, loaded)
    for entry in read_entries(masterworks):
        _load_masterwork(masterworks, entry, loaded)
    return loaded


def _load_artwork(folder: Path, entry: Mapping[str, Any], loaded: Loaded) -> None:
    """Hang a rendering of ours, unless it hangs."""
    record = _record(folder, entry)
    if record.sha256 != entry["sha256"]:
        raise ManifestMismatch(entry["file"])
    if record.is_shelved:
        loaded.unchanged.append(record.slug)
        return
    picture = _verbatim(record.path)
    shelve(record, loaded, picture=picture, publish=True)


def _load_masterwork(folder: Path, entry: Mapping[str, Any], loaded: Loaded) -> None:
    """Hang what the engine learned of a masterwork, unless it hangs."""
    record = record_of(folder, entry)
    for kind in ("code", "proof"):
        data = (folder / entry[kind]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry[f"{kind}_sha256"]:
            raise ManifestMismatch(entry[kind])
    if record.is_shelved:
        loaded.unchanged.append(record.slug)
        return
    proof = _verbatim(folder / entry["proof"])
    code = StyleCode(record.path.read_bytes(), entry["weights"], proof)
    shelve(record, loaded, code=code, publish=True)


def _verbatim(path: Path) -> StylePicture:
    """Return a picture of ours that is kept as it is: encoding a WebP once more only blurs it."""
    return StylePicture(read_picture(path), Encoded(path.read_bytes(), path.suffix))


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
