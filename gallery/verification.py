"""Tell whether a picture file was made here, and whether it was changed since.

Three things are compared. The passport in the file proves what it says, because only this site can
sign it. The hash in the passport proves that the file is as it was given out. Without a passport,
the perceptual hash finds pictures that look the same among those that are still stored here.

A stranger may ask. They learn what their own file says, and whether and when its
picture was made here. Names, titles and addresses come only from what they may see anyway.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.limits import TooManyCalls, address_of, seconds_to_wait, uncount
from common.passports import is_of_this_site, mark_of
from common.sandbox.client import ServerBusy, TaskRefused, run
from common.sandbox.slots import slot
from common.uploads import ExaminedPicture, Readable, see_picture
from gallery.access import NOBODY, Action, Viewer, can, viewer_of
from gallery.looks import has_given_looks
from gallery.models import Artwork, ArtworkLook
from inference.files.recipes import facts_of, recipe_of
from inference.models import Job, ResultLook
from style_transfer.imaging.metadata.passport import look_in
from style_transfer.imaging.perceptual_hash import SAME, difference

# Of those that may be told of, of the asker's own results, and of all others, so many are opened to
# look at them closely.
_MOST_OPENED: Final = 2
_MOST_LIKE_IT: Final = 500
# Copies of the same picture differ from the file by about the same. What differs more is another
# version of it.
_SAME_COPY: Final = 1.0
# Mean difference of levels of 32 x 32 cells. A JPEG of quality 40 and 160 px differs by 4 at most.
# A photo differs from its painting in the colors of the photo, at a strength of 0.3, by 13.
_SAME_CLOSELY: Final = 6.0
# With even less strength, photo and painting are alike. The file must be clearly nearer to the
# painting: nobody shall learn from a photo that somebody had it painted.
_NEARER_THAN_PHOTO: Final = 0.6
# The same for a part of a picture, in gray levels.
_SAME_PART: Final = 8.0
_SAME_SHAPE: Final = 0.02

_Row = ArtworkLook | ResultLook


class Verdict(StrEnum):
    """The answer in one word."""

    UNCHANGED = "unchanged"
    EDITED = "edited"
    NOT_MADE_HERE = "not_made_here"
    CANNOT_TELL = "cannot_tell"


class PassportState(StrEnum):
    """What is with the passport in the file."""

    VALID = "valid"
    NOT_FROM_HERE = "not_from_here"
    NONE = "none"


class Change(StrEnum):
    """What was changed since the file was given out."""

    WORDS = "words"
    SAVED_AGAIN = "saved_again"
    RESIZED = "resized"
    CROPPED = "cropped"
    PASSPORT_REMOVED = "passport_removed"


@dataclass(frozen=True)
class Finding:
    """What is known of a file. `facts` are those of its passport, or of an artwork that is seen."""

    verdict: Verdict
    passport: PassportState
    changes: tuple[Change, ...] = ()
    made_on: str = ""
    facts: dict[str, Any] | None = None
    artwork: Artwork | None = None
    older_unseen: bool = False
    """Whether pictures of earlier releases may not be recognized yet."""


class TooManyChecks(TooManyCalls):
    """Too many files were checked in a short time."""

    sentence = _("Too many files were checked from here. Try again in %(time)s.")


def asker_of(request: HttpRequest) -> str:
    """Return who is counted: a user, or all visitors of one address."""
    user = viewer_of(request).user
    return f"user-{user.pk}" if user else f"visitor-{address_of(request)}"


def verify_picture(*, file: Readable, viewer: Viewer, who: str) -> Finding:
    """Look at the picture in `file`, of which nothing is kept. `who` is counted.

    Raises `TooManyChecks`, `UploadRefused` or `ServerBusy`.
    """
    if wait := seconds_to_wait("verify", who):
        raise TooManyChecks(wait)
    try:
        # The thumb of a very long picture is only a few pixels high.
        seen = see_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES, min_side=1)
        with slot("pictures", who=who):
            examined = seen.examined()
            return _finding(examined, viewer)
    except ServerBusy:
        # The second try must not use up the limit.
        uncount("verify", who)
        raise


def _finding(seen: ExaminedPicture, viewer: Viewer) -> Finding:
    passport = seen.passport
    if passport is None:
        return _recognized(seen, viewer, PassportState.NONE)
    if not is_of_this_site(passport) or not passport.facts:
        return _recognized(seen, viewer, PassportState.NOT_FROM_HERE)
    facts = passport.facts
    change = _changes(seen, facts)
    if change is None:
        return Finding(Verdict.CANNOT_TELL, PassportState.VALID)
    return Finding(
        Verdict.EDITED if change else Verdict.UNCHANGED,
        PassportState.VALID,
        change,
        str(facts.get("made_on", "")),
        facts,
        _artwork_of(facts, viewer),
    )


def _changes(seen: ExaminedPicture, facts: dict[str, Any]) -> tuple[Change, ...] | None:
    """Return what was changed since the passport was written; None if it is another picture."""
    if hmac.compare_digest(seen.hashes.picture, str(facts.get("picture", ""))):
        same_words = seen.hashes.words == facts.get("words")
        return () if same_words else (Change.WORDS,)
    look = look_in(facts)
    size = (int(facts.get("width", 0)), int(facts.get("height", 0)))
    if difference(seen.look, look) <= SAME:
        if (seen.width, seen.height) == size:
            return (Change.SAVED_AGAIN,)
        return (Change.RESIZED if _has_shape(seen, size) else Change.CROPPED,)
    return (Change.CROPPED,) if _is_part(seen, look) else None


def _has_shape(seen: ExaminedPicture, size: tuple[int, int]) -> bool:
    """Tell whether the picture has the same proportions, apart from rounding."""
    width, height = size
    wanted = seen.width * height / max(1, width)
    return abs(wanted - seen.height) <= max(1.0, _SAME_SHAPE * seen.height)


def _is_part(seen: ExaminedPicture, look: str) -> bool:
    """Tell whether the file shows a part of a picture that looks like this and is stored here."""
    for row in _rows_like(look, NOBODY)[:1]:
        picture, _photo = _files_of(row)
        if stored := _read(picture):
            try:
                found = run("find_part", seen.small, stored).header["distance"]
            except TaskRefused:
                return False
            return float(found) <= _SAME_PART
    return False


def _recognized(seen: ExaminedPicture, viewer: Viewer, passport: PassportState) -> Finding:
    """Search for the picture among those that are stored here."""
    row = _nearest(seen, viewer)
    if row is None:
        return Finding(Verdict.NOT_MADE_HERE, passport, older_unseen=not has_given_looks())
    artwork, recipe, day = _told_of(row, viewer)
    return Finding(
        Verdict.EDITED,
        passport,
        (Change.PASSPORT_REMOVED,) if passport is PassportState.NONE else (),
        day,
        recipe,
        artwork,
    )


def _nearest(seen: ExaminedPicture, viewer: Viewer) -> _Row | None:
    """Return the stored picture that the file shows, after a close look; None without one.

    Among copies of the same picture, it is the one that says most to this viewer.
    """
    rows = _rows_like(seen.look, viewer)
    if not rows:
        return None
    parts = [_read(name) for row in rows for name in _files_of(row)]
    try:
        distances = run("compare", seen.small, *parts).header["distances"]
    except TaskRefused:
        return None
    measured = [
        (picture, row)
        for row, picture, photo in zip(rows, distances[::2], distances[1::2], strict=True)
        if picture is not None
        and picture <= _SAME_CLOSELY
        and (photo is None or picture <= _NEARER_THAN_PHOTO * photo)
    ]
    nearest = min((picture for picture, _row in measured), default=0.0)
    return next((row for picture, row in measured if picture <= nearest + _SAME_COPY), None)


def _rows_like(look: str, viewer: Viewer) -> list[_Row]:
    """Return what looks the same, first what says most to this viewer.

    Artworks that they see say most, then their own results. All others only tell a day.
    """
    artworks = ArtworkLook.objects.filter(artwork__trashed_at=None).select_related("artwork__owner")
    results = ResultLook.objects.select_related("job__photo", "revision")
    kept, made = artworks.near(look, _MOST_LIKE_IT), results.near(look, _MOST_LIKE_IT)
    seen = [row for row in kept if can(viewer, Action.VIEW_RECIPE, row.artwork)]
    mine = [row for row in made if _is_owner(viewer, row.job)]
    told = {*seen, *mine}
    unseen = [row for row in kept if row not in told][: _MOST_OPENED // 2]
    unseen += [row for row in made if row not in told][: _MOST_OPENED // 2]
    return [*seen[:_MOST_OPENED], *mine[:_MOST_OPENED], *unseen]


def _is_owner(viewer: Viewer, job: Job) -> bool:
    return viewer.user is not None and viewer.user.pk == job.owner_id


def _files_of(row: _Row) -> tuple[str, str]:
    """Return the names of a stored picture and of the photo that it was made from."""
    if isinstance(row, ArtworkLook):
        return str(row.artwork.preview.name), str(row.artwork.before.name or "")
    photo = row.job.photo
    picture = row.revision.file if row.revision else row.job.preview
    return picture, str(photo.preview.name or photo.file.name)


def _read(name: str) -> bytes:
    """Return a stored file, or b"" if it is gone."""
    if not name:
        return b""
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""


def _told_of(row: _Row, viewer: Viewer) -> tuple[Artwork | None, dict[str, Any] | None, str]:
    """Return what this viewer may know: the artwork, the facts, and the day it was made on."""
    if isinstance(row, ArtworkLook):
        artwork = row.artwork
        facts = facts_of(artwork.recipe, artwork.created_at.date(), artwork.painting)
        shown = can(viewer, Action.VIEW_RECIPE, artwork)
        return (artwork, facts, facts["made_on"]) if shown else (None, None, facts["made_on"])
    job: Job = row.job
    facts = facts_of(recipe_of(job), job.created_at.date(), job.painting)
    return None, facts if _is_owner(viewer, job) else None, facts["made_on"]


def _artwork_of(facts: dict[str, Any], viewer: Viewer) -> Artwork | None:
    """Return the artwork of this passport that the viewer may see; None without one."""
    look, mark = look_in(facts), str(facts.get("mark", ""))
    if not look or not mark:
        return None
    kept = ArtworkLook.objects.filter(artwork__trashed_at=None).select_related("artwork__owner")
    return _first_seen((row.artwork for row in kept.near(look, _MOST_LIKE_IT)), mark, viewer)


def _first_seen(artworks: Iterable[Artwork], mark: str, viewer: Viewer) -> Artwork | None:
    for each in artworks:
        is_it = each.painting and hmac.compare_digest(mark_of(each.painting), mark)
        if is_it and can(viewer, Action.VIEW, each):
            return each
    return None
