"""Artworks in the public domain: their style codes, which the engine computed, and their facts.

Their pictures are not shipped. `manifest.json` has an entry for each artwork. The style code, and
a swatch and a sample, which are painted with the code, are beside it. They are computed by
`scripts/make_masterworks.py`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from library.models import Style
from library.records import Record

MASTERWORKS: Final = Path(__file__).resolve().parent / "masterworks"
RECORDED_BY: Final = "Styleweb"
FACTS: Final = (
    *("title", "description", "date_text", "year_from", "year_to", "medium", "culture"),
    *("institution", "accession_number", "credit_line", "source_url", "technique", "tags"),
    *("license", "rights_statement", "position"),
)


@dataclass(frozen=True)
class MasterworkRecord(Record):
    """The record of an artwork that has only a style code. `path` is the path of the code."""

    sample_sha256: str = ""
    swatch_sha256: str = ""

    @property
    def is_in_library(self) -> bool:
        """Whether the library has the same code and the same pictures of it under this slug."""
        found = Style.objects.filter(slug=self.slug, code_sha256=self.sha256)
        return found.filter(
            sample_sha256=self.sample_sha256, swatch_sha256=self.swatch_sha256
        ).exists()


def read_entries(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of the manifest in `folder`, or an empty list without a manifest."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    entries: list[dict[str, Any]] = json.loads(manifest.read_text("utf-8"))["masterworks"]
    return entries


def record_of(folder: Path, entry: Mapping[str, Any]) -> MasterworkRecord:
    """Return the record that an entry describes. A missing fact stays empty."""
    artist = dict(entry["artist"])
    return MasterworkRecord(
        slug=entry["slug"],
        artist=artist.pop("name"),
        path=folder / entry["code"],
        values={name: entry[name] for name in FACTS if entry.get(name)},
        artist_facts=artist,
        evidence=[*_evidence(entry)],
        sample_sha256=entry["sample_sha256"],
        swatch_sha256=entry["swatch_sha256"],
    )


def _evidence(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the evidence rows for the rights statements of an entry."""
    for each in entry["evidence"]:
        day = datetime.fromisoformat(each["recorded_on"]).replace(tzinfo=UTC)
        yield {
            "statement": each["statement"],
            "url": each.get("url", ""),
            "recorded_by": RECORDED_BY,
            "recorded_at": day,
        }
