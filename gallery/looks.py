"""Looks for the pictures of earlier releases, which were made before any look was stored.

Beat starts a round every minute (gallery/tasks.py). Without a look, a copy of a picture that has no
passport is not recognized.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from common import failpoints
from common.locks import retry_deadlocks
from common.sandbox.client import ServerBusy, TaskRefused, run
from common.sandbox.slots import slot
from gallery.models import Artwork, ArtworkLook, Backfill
from inference.models import Job, ResultLook, Revision

logger = logging.getLogger(__name__)
NAME: Final = "looks"
# Other work of the same process waits for a round: a painting, or the mail.
ROUND_SECONDS: Final = 5.0
AT_ONCE: Final = 100
MOST_TRIES: Final = 3
NEXT_ROUND, NOTHING_LEFT = timedelta(0), timedelta(days=1)


class StorageAway(Exception):
    """The storage has no file at all or cannot be read: it is not the pictures that are gone."""

    code: ClassVar[str] = "storage_away"


@dataclass(frozen=True)
class _Picture:
    """A picture without a look. `write` stores one, unless the row shows another file by now."""

    place: str
    file: str
    write: Callable[[str], None]


def give_looks(*, seconds: float = ROUND_SECONDS) -> int:
    """Give pictures of earlier releases their looks for so long, and return how many are done.

    One process at a time does this. When nothing is left, there is no round for a day.
    """
    backfill = Backfill.objects.claim(NAME)
    if backfill is None:
        return 0
    end, done, pause = monotonic() + seconds, 0, NEXT_ROUND
    try:
        for picture in _without_look():
            if monotonic() > end or not _give(backfill, picture):
                break
            done += 1
        else:
            pause = NOTHING_LEFT
    except ServerBusy:
        pass  # users come first, and the next round goes on here
    except StorageAway:
        backfill.forget_tries()
        raise
    finally:
        backfill.rest(pause)
    return done


def has_given_looks() -> bool:
    """Tell whether every picture had a look when the last round ended."""
    return Backfill.objects.resting().filter(name=NAME).exists()


def _give(backfill: Backfill, picture: _Picture) -> bool:
    """Give one picture its look; False when another process has the backfill now.

    Raises `ServerBusy` if no child can do it now, and `StorageAway`.
    """
    with slot("pictures", who=NAME):
        if not backfill.begin(picture.place):
            return False
        failpoints.hit("look")
        # What ended the process or its child so often gets no look.
        look = _look_of(picture.file) if backfill.tries <= MOST_TRIES else ""
    if not look:
        logger.warning("%s gets no look: its file is gone or damaged", picture.place)
    picture.write(look)
    return True


def _look_of(name: str) -> str:
    """Return the perceptual hash of a stored picture; "" if the file is gone or damaged."""
    data = _read(name)
    try:
        return str(run("look", data).header["look"]) if data else ""
    except TaskRefused:
        return ""


def _read(name: str) -> bytes:
    """Return a stored file; nothing if it is gone. Raises `StorageAway`."""
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except (FileNotFoundError, IsADirectoryError):
        if _is_storage_away():
            raise StorageAway from None
        return b""
    except OSError as error:
        raise StorageAway from error


def _is_storage_away() -> bool:
    """Tell whether there is no file at all."""
    try:
        return not any(Path(settings.MEDIA_ROOT).iterdir())
    except OSError:
        return True


def _without_look() -> Iterator[_Picture]:
    """Yield every picture without a look, each once. Some are in the trash."""
    artworks = Artwork.with_trash.filter(origin=Artwork.Origin.PAINTED, look=None)
    known = ResultLook.objects.filter(job=OuterRef("pk"), revision=None)
    results = Job.objects.filter(~Exists(known), state=Job.State.SUCCEEDED)
    revisions = Revision.objects.ready().filter(look=None)
    return chain(
        (
            _Picture(f"artwork {each.pk}", str(each.preview.name), partial(_of_artwork, each))
            for each in _every(artworks)
        ),
        (
            _Picture(f"result {each.pk}", each.preview or each.result, partial(_of_result, each))
            for each in _every(results)
        ),
        (
            _Picture(f"revision {each.pk}", each.file, partial(_of_revision, each))
            for each in _every(revisions)
        ),
    )


def _every(rows: "QuerySet[Any]") -> Iterator[Any]:
    """Yield the rows in the order of their keys, a few at a time."""
    found = list(rows.order_by("pk")[:AT_ONCE])
    while found:
        yield from found
        found = list(rows.filter(pk__gt=found[-1].pk).order_by("pk")[:AT_ONCE])


@retry_deadlocks
@transaction.atomic
def _of_artwork(artwork: Artwork, look: str) -> None:
    shown = Artwork.with_trash.filter(pk=artwork.pk, preview=artwork.preview.name)
    # It may show another version by now, which came with its look.
    if _lock(shown) and not ArtworkLook.objects.filter(artwork=artwork).exists():
        ArtworkLook.of(look, artwork=artwork).save(force_insert=True)


@retry_deadlocks
@transaction.atomic
def _of_result(job: Job, look: str) -> None:
    known = ResultLook.objects.filter(job=job, revision=None)
    if _lock(Job.objects.filter(pk=job.pk)) and not known.exists():
        ResultLook.of(look, job=job).save(force_insert=True)


@retry_deadlocks
@transaction.atomic
def _of_revision(revision: Revision, look: str) -> None:
    # The job first, as in requests of its owner.
    _lock(Job.objects.filter(pk=revision.job_id))
    ready = Revision.objects.ready().filter(pk=revision.pk)
    if _lock(ready) and not ResultLook.objects.filter(revision=revision).exists():
        row = ResultLook.of(look, job_id=revision.job_id, revision=revision)
        row.save(force_insert=True)


def _lock(rows: "QuerySet[Any]") -> bool:
    """Keep a row as it is until the transaction ends; False if there is none any more."""
    return bool(rows.select_for_update(no_key=True).order_by())
