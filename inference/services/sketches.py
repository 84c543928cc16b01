"""Every write that users make to sketches: request one, and cancel it."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import retry_deadlocks
from common.storage import remove_files_after_commit
from inference.models import Photo, Sketch, SketchQuerySet
from inference.queue.sketch_recipe import is_cheap, key_of, sketch_spec, with_shares
from inference.queue.wakeups import send_wakeup
from inference.services.guest_limits import check_guest_sketches
from inference.services.jobs import check_request
from inference.services.locks import lock_owner, lock_photos
from inference.services.refusals import JobRefused
from library.models import Style
from style_transfer.core.spec import TransferSpec

# Sketches of a photo that are kept; the oldest are deleted first.
MOST_KEPT = 40
# Those of all photos of a user that are kept. They count towards no limit of storage.
MOST_OF_OWNER = 200


class SketchTooSlow(JobRefused):
    """The method takes too long for a preview."""

    code = "sketch_too_slow"


@retry_deadlocks
@transaction.atomic
def request_sketch(
    *, owner: User, photo: Photo, styles: Sequence[tuple[Style, float]], spec: TransferSpec
) -> Sketch:
    """Request a small picture of `photo` with these styles and settings; return the sketch.

    One that exists is returned as it is, unless it failed or its file was lost. Another request of
    `owner` that is not finished is canceled. Raises JobRefused.
    """
    small = sketch_spec(photo, spec)
    check_request(owner=owner, photo=photo, styles=styles, spec=small)
    if not is_cheap(small):
        sentence = _(
            "This method has no quick preview. You see the picture while it is being painted."
        )
        raise SketchTooSlow(sentence)
    lock_owner(owner)
    lock_photos([photo])
    shares = with_shares(styles)
    key = key_of(small, shares)
    known = _known(photo, key)
    others = Sketch.objects.active().filter(owner=owner)
    if known is not None:
        others.exclude(pk=known.pk).delete()
        return known
    others.delete()
    check_guest_sketches(owner=owner)
    _make_room(photo, key)
    parts = [[str(style.pk), share] for style, share in shares]
    sketch: Sketch = Sketch.objects.create(
        owner=owner, photo=photo, key=key, spec=small.to_json(), parts=parts
    )
    transaction.on_commit(send_wakeup)
    return sketch


@transaction.atomic
def cancel_sketch(*, sketch: Sketch) -> None:
    """Delete `sketch` if it waits or runs. Its worker then stops. A finished one stays."""
    Sketch.objects.active().filter(pk=sketch.pk).delete()


def _known(photo: Photo, key: str) -> Sketch | None:
    """Return the sketch of this key, unless it failed or has lost its file."""
    sketches = Sketch.objects.filter(photo=photo, key=key).exclude(state=Sketch.State.FAILED)
    known: Sketch | None = sketches.first()
    is_lost = known is not None and known.file and not default_storage.exists(known.file)
    return None if is_lost else known


def _make_room(photo: Photo, key: str) -> None:
    """Delete the ended sketch of this key, and the oldest beyond the limits."""
    all_ended = Sketch.objects.ended().filter(owner=photo.owner_id)
    ended = Sketch.objects.ended().filter(photo=photo)
    doomed = {
        *ended.filter(key=key).values_list("pk", flat=True),
        *_beyond(ended, MOST_KEPT - 1),
        *_beyond(all_ended, MOST_OF_OWNER - 1),
    }
    rows = Sketch.objects.ended().filter(pk__in=doomed)
    remove_files_after_commit(list(rows.exclude(file="").values_list("file", flat=True)))
    rows.delete()


def _beyond(sketches: SketchQuerySet, most: int) -> list[UUID]:
    """Return the oldest of these sketches, of which the newest `most` are kept."""
    return list(sketches.order_by("-created_at", "pk").values_list("pk", flat=True)[most:])
