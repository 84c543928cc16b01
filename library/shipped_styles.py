"""The styles that the project ships: pictures that its scripts render, and masterwork codes."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from common.derivatives import Encoded
from library.masterwork_manifest import MASTERWORKS, read_entries, record_of
from library.models import Style
from library.records import Loaded, Record, import_record, read_picture
from library.services import StyleEmbedding, StylePicture

SHIPPED: Final = Path(__file__).resolve().parent / "shipped"


class ManifestMismatch(Exception):
    """A shipped file does not match its manifest."""

    def __init__(self, file: str) -> None:
        super().__init__(f"Make {file} again: it is not the file that the manifest describes.")


def load_shipped_styles(*, folder: Path = SHIPPED, masterworks: Path = MASTERWORKS) -> Loaded:
    """Import the shipped styles into the library, and publish them.

    A style that already has the shipped picture or code does not change. So a second run changes
    nothing, and changes of curators stay. A different picture or code makes a new version. Raises
    `ManifestMismatch`.
    """
    loaded = Loaded()
    codes = _read(folder / "codes.json", {})
    for entry in _read(folder / "manifest.json", {"artworks": []})["artworks"]:
        _load_artwork(folder, entry, codes.get(entry["slug"], {}), loaded)
    for entry in read_entries(masterworks):
        _load_masterwork(masterworks, entry, loaded)
    return loaded


def _load_artwork(
    folder: Path, entry: Mapping[str, Any], listed: Mapping[str, Any], loaded: Loaded
) -> None:
    """Import a rendered artwork of the project with its code, unless the library has it."""
    record = _record(folder, entry)
    if record.sha256 != entry["sha256"]:
        raise ManifestMismatch(entry["file"])
    code = None
    # The code of an older rendering is not used. The engine then computes it from the picture.
    if listed.get("picture_sha256") == entry["sha256"]:
        code = StyleEmbedding(_checked(folder, listed, "code"), listed["weights"])
    if code and Style.objects.filter(slug=record.slug, code_sha256=code.sha256).exists():
        code = None
    picture = None if record.is_in_library else _verbatim(record.path)
    if picture or code:
        import_record(record, loaded, picture=picture, code=code, publish=True)
    else:
        loaded.unchanged.append(record.slug)


def _load_masterwork(folder: Path, entry: Mapping[str, Any], loaded: Loaded) -> None:
    """Import the style code of a masterwork, unless the library has it."""
    record = record_of(folder, entry)
    # The pictures are only checked here. `_verbatim` reads them.
    data, *_pictures = (_checked(folder, entry, kind) for kind in ("code", "sample", "swatch"))
    if record.is_in_library:
        loaded.unchanged.append(record.slug)
        return
    sample, swatch = (_verbatim(folder / entry[kind]) for kind in ("sample", "swatch"))
    code = StyleEmbedding(data, entry["weights"], sample, swatch)
    import_record(record, loaded, code=code, publish=True)


def _checked(folder: Path, entry: Mapping[str, Any], kind: str) -> bytes:
    """Return the file that `entry` names as its `kind`. Raises `ManifestMismatch`."""
    data = Path(folder, entry[kind]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry[f"{kind}_sha256"]:
        raise ManifestMismatch(entry[kind])
    return data


def _verbatim(path: Path) -> StylePicture:
    """Return a picture that is stored unchanged: to encode a WebP again only makes it worse."""
    return StylePicture(read_picture(path), Encoded(path.read_bytes(), path.suffix))


def _read(path: Path, default: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a JSON file, or `default` if the file is missing."""
    read: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else default
    return read


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
