"""Fetch open-access pictures from museums for styles that have only a style code."""

import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from common.storage import StorageFull
from common.uploads import UploadRefused, accept_picture
from library import sources
from library.masterwork_manifest import MASTERWORKS, RECORDED_BY, read_entries
from library.models import Evidence, Style
from library.services import save_style_picture
from library.sources import SourceRefused


@dataclass(frozen=True)
class Fetched:
    """The result for one style: the style with its picture, or the reason why it has none."""

    style: Style
    refusal: str = ""


def fetch_sources(*, slugs: Collection[str] = (), folder: Path = MASTERWORKS) -> Iterator[Fetched]:
    """Fetch the picture of each shipped masterwork without a picture, one after the other.

    With `slugs`, fetch only these. A masterwork without an open-access picture is skipped. If a
    picture cannot be fetched, its style does not change.
    """
    missing = {style.slug: style for style in Style.objects.filter(image="", owner=None)}
    for entry in read_entries(folder):
        style, source = missing.get(entry["slug"]), entry.get("open_access")
        if not style or not source or (slugs and style.slug not in slugs):
            continue
        try:
            yield Fetched(fetch_source(style=style, source=source))
        except (SourceRefused, UploadRefused, StorageFull) as refusal:
            # One picture that cannot be fetched must not stop the others.
            yield Fetched(style, str(refusal))


def fetch_source(*, style: Style, source: Mapping[str, str]) -> Style:
    """Download the picture of `style`, save it as a new version, and record its source.

    Raises `SourceRefused`, `UploadRefused` or `StorageFull`. In this case nothing changes.
    """
    fetched = sources.fetch_picture(source)
    accepted = accept_picture(
        io.BytesIO(fetched.data), max_bytes=sources.MAX_PICTURE_BYTES, keep_preview=False
    )
    style = save_style_picture(style=style, picture=accepted)
    Evidence.objects.create(
        style=style,
        statement=f"The record {fetched.record_url} calls this picture free.",
        url=fetched.url,
        picture_sha256=accepted.sha256,
        recorded_by=RECORDED_BY,
    )
    return style
