"""A ZIP file of several artworks, with their credits as text and as data."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, ClassVar, Final, cast

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.archives import Member, send_archive
from common.conversions import Form, convert
from common.limits import address_of
from common.passports import Provenance, with_provenance, withhold_recipe
from common.sandbox.slots import slot
from gallery.access import Action, Viewer, can
from gallery.credits import works_of
from gallery.file_names import file_title
from gallery.models import Artwork
from gallery.recipes import provenance_of
from library.credits import Work, attribution

MAX_PICTURES: Final = 500


class NothingToDownload(Exception):
    """No artwork is to be in the archive."""

    code = "nothing_to_download"
    status: ClassVar[int] = 422

    def __init__(self) -> None:
        super().__init__(_("There is no picture to download. Select at least one."))


class TooManyToDownload(Exception):
    """More artworks are to be in one archive than it may have."""

    code = "too_many_to_download"
    status: ClassVar[int] = 422

    def __init__(self) -> None:
        sentence = _("Download at most %(count)d pictures at once. Select fewer of them.")
        super().__init__(sentence % {"count": MAX_PICTURES})


def send_artworks(
    request: HttpRequest, artworks: Iterable[Artwork], viewer: Viewer, *, title: str
) -> HttpResponseBase:
    """Answer with a ZIP file of `artworks`, all of which `viewer` may download.

    Raises `NothingToDownload`, `TooManyToDownload`, or `ServerBusy` while others download.
    """
    chosen = list(artworks)
    if not chosen:
        raise NothingToDownload
    if len(chosen) > MAX_PICTURES:
        raise TooManyToDownload
    who = f"user {viewer.user.pk}" if viewer.user else address_of(request)
    name = f"styleweb-{file_title(title) or 'pictures'}.zip"
    # Made before the first byte is sent, so that nothing reads the database after that.
    entries = [_entry(request, number, each, viewer) for number, each in enumerate(chosen, 1)]
    return send_archive(request, _members(entries), name=name, who=who)


@dataclass(frozen=True)
class _Entry:
    """One picture of an archive, with all that is needed after the first byte is sent."""

    name: str
    source: str
    form: Form
    made_at: datetime
    # What a converted picture says about itself. A stored one says it already.
    provenance: Provenance | None
    works: list[Work]
    withholds: bool = False
    """Whether the recipe must not be told."""

    def open(self) -> BinaryIO:
        """Open the picture. Raises FileNotFoundError if it is gone."""
        if self.withholds:
            with self._whole() as file:
                return io.BytesIO(withhold_recipe(file.read()))
        return self._whole()

    def _whole(self) -> BinaryIO:
        if self.provenance is None:
            # An open file stays readable to its end, even if the artwork is deleted now.
            return cast("BinaryIO", default_storage.open(self.source))
        with slot("conversions", who=self.source):
            made = convert(self.source, self.form.of_stored(self.source))
        return io.BytesIO(with_provenance(made.data, self.provenance, made.look))


def _members(entries: list[_Entry]) -> Iterator[Member]:
    """Yield the pictures, and then the credits of those that were still there."""
    credited: list[_Entry] = []
    for entry in entries:
        yield Member(entry.name, entry.made_at, partial(_open, entry, credited))
    for name, write in (("CREDITS.txt", _as_text), ("credits.json", _as_json)):
        data = write(credited, len(entries) - len(credited)).encode()
        yield Member(name, timezone.now(), partial(io.BytesIO, data))


def _open(entry: _Entry, credited: list[_Entry]) -> BinaryIO:
    """Open a picture, and remember that it is in the archive. Raises FileNotFoundError."""
    try:
        file = entry.open()
    except Http404 as gone:
        raise FileNotFoundError from gone
    credited.append(entry)
    return file


def _entry(request: HttpRequest, number: int, artwork: Artwork, viewer: Viewer) -> _Entry:
    page = request.build_absolute_uri(artwork.get_absolute_url()) if artwork.is_public else ""
    title = file_title(artwork.title) or artwork.pk.hex[:8]
    source = str(artwork.file.name)
    form = Form().within(viewer.max_side, max(artwork.width, artwork.height))
    return _Entry(
        # The number keeps the order, and no two names are the same.
        name=f"{number:03}-{title}{PurePosixPath(source).suffix}",
        source=source,
        form=form,
        made_at=artwork.created_at,
        provenance=None if form.is_stored(source) else provenance_of(artwork),
        works=works_of(artwork, page=page),
        withholds=not _sees_recipe(viewer, artwork),
    )


def _sees_recipe(viewer: Viewer, artwork: Artwork) -> bool:
    # A link says the same about all that it shows, and `can` would ask the database about each.
    if viewer.link is not None:
        return viewer.link.shows_recipe
    return can(viewer, Action.VIEW_RECIPE, artwork)


def _as_text(entries: list[_Entry], missing: int) -> str:
    """Return the credits for people. They are in English, because they leave the site."""
    parts = [f"{each.name}\n{attribution(each.works, form='text')}\n" for each in entries]
    if missing:
        parts.append(f"Deleted during the download, and not in this file: {missing}\n")
    return "\n".join(parts)


def _as_json(entries: list[_Entry], missing: int) -> str:
    """Return the credits for programs."""
    pictures = [
        {
            "file": each.name,
            "credit": attribution(each.works, form="text"),
            "works": [asdict(work) for work in each.works],
        }
        for each in entries
    ]
    return json.dumps({"pictures": pictures, "missing": missing}, ensure_ascii=False, indent=2)
