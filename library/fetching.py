"""Fetch open-access pictures from museums for styles that have only a style code."""

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from common.sandbox.client import ServerBusy
from common.storage import StorageFull, files_of_a_row
from common.uploads import UploadRefused, accept_picture
from library import sources
from library.masterwork_manifest import MASTERWORKS, RECORDED_BY, read_entries
from library.models import Evidence, Style, StyleQuerySet
from library.services import StylePicture, write_style
from library.sources import FetchedPicture, SourceRefused


@dataclass(frozen=True)
class Fetched:
    """The result for one style: the style with its picture, or the reason why it has none."""

    style: Style
    refusal: str = ""


@dataclass(frozen=True)
class Missing:
    """The shipped masterworks without a picture: those of which a museum has a free one, and not.

    Each has its slug.
    """

    fetchable: list[str]
    without_source: list[str]


def missing_pictures(folder: Path = MASTERWORKS) -> Missing:
    """List the shipped masterworks that the library has without a picture."""
    here = set(_without_picture().values_list("slug", flat=True))
    entries = [entry for entry in read_entries(folder) if entry["slug"] in here]
    return Missing(
        [entry["slug"] for entry in entries if entry.get("open_access")],
        [entry["slug"] for entry in entries if not entry.get("open_access")],
    )


def fetch_sources(*, slugs: Collection[str] = (), folder: Path = MASTERWORKS) -> Iterator[Fetched]:
    """Fetch the picture of each shipped masterwork without a picture, one after the other.

    With `slugs`, fetch only these. A masterwork without an open-access picture is skipped. If a
    picture cannot be fetched, its style does not change.
    """
    for slug in missing_pictures(folder).fetchable:
        style = _without_picture().filter(slug=slug).first()
        if style is None or (slugs and slug not in slugs):
            continue
        try:
            yield Fetched(fetch_source(style=style, source=_source_of(slug, folder)))
        except (SourceRefused, UploadRefused, StorageFull, ServerBusy) as refusal:
            # One picture that cannot be fetched must not stop the others.
            yield Fetched(style, str(refusal))


def fetch_masterwork(*, slug: str, between: Callable[[], None], folder: Path = MASTERWORKS) -> bool:
    """Fetch the picture of one masterwork; False if it is no longer missing.

    `between` is called between two parts of a download. Raises `SourceRefused`, `UploadRefused`,
    `StorageFull`, `ServerBusy` or what `between` raises. In this case nothing changes.
    """
    style = _without_picture().filter(slug=slug).first()
    if style is None or slug not in missing_pictures(folder).fetchable:
        return False
    fetch_source(style=style, source=_source_of(slug, folder), between=between)
    return True


def fetch_source(
    *,
    style: Style,
    source: Mapping[str, str],
    between: Callable[[], None] = sources.go_on,
) -> Style:
    """Download the picture of `style`, save it as a new version, and record its source.

    Raises `SourceRefused`, `UploadRefused`, `StorageFull` or `ServerBusy`. In this case nothing
    changes.
    """
    fetched = sources.fetch_picture(source, between=between)
    accepted = accept_picture(
        io.BytesIO(fetched.data), max_bytes=sources.MAX_PICTURE_BYTES, keep_preview=False
    )
    picture = StylePicture(accepted)
    with files_of_a_row() as row_files:
        # A curator may have changed the style during the download, which takes long.
        current = Style.objects.select_for_update().filter(pk=style.pk).first()
        if current is None:
            raise SourceRefused(_("This style was deleted."), code="style_deleted")
        if not current.has_picture:
            write_style(current, row_files, picture=picture)
            _record(current, fetched)
    return current


def _record(style: Style, fetched: FetchedPicture) -> None:
    statement = f"The record {fetched.record_url} calls this picture free ({fetched.terms})."
    Evidence.objects.create(
        style=style,
        statement=statement,
        url=fetched.url,
        picture_sha256=style.image_sha256,
        # Everybody can read it. Who wanted the picture is in the row of the fetch.
        recorded_by=RECORDED_BY,
    )


def _without_picture() -> StyleQuerySet:
    # Nobody sees the picture of a draft or of a style that was withdrawn.
    return Style.objects.published().filter(image="", owner=None)


def _source_of(slug: str, folder: Path) -> Mapping[str, str]:
    found: Mapping[str, str] = next(
        entry["open_access"] for entry in read_entries(folder) if entry["slug"] == slug
    )
    return found
