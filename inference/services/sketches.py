"""Every write that users make to sketches: request one, and cancel it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import retry_deadlocks
from common.storage import remove_files_after_commit
from inference.models import Photo, Sketch
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


class SketchTooSlow(JobRefused):
    """The method takes too long for a preview."""

    code = "sketch_too_slow"


@retry_deadlocks
@transaction.atomic
def request_sketch(
    *, owner: User, photo: Photo, styles: Sequence[tuple[Style, float]], spec: TransferSpec
) -> Sketch:
    """Request a small picture of `photo` with these styles and settings; return the sketch.

    One that exists is returned as it is, unless it failed. Another request of `owner` that is not
    finished is canceled. Raises JobRefused.
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
    known = Sketch.objects.filter(photo=photo, key=key).exclude(state=Sketch.State.FAILED).first()
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


def _make_room(photo: Photo, key: str) -> None:
    """Delete the failed sketch of this key, and the oldest of the photo beyond MOST_KEPT."""
    ended = Sketch.objects.ended().filter(photo=photo)
    kept = ended.order_by("-created_at", "pk").values_list("pk", flat=True)[: MOST_KEPT - 1]
    doomed = ended.exclude(pk__in=list(kept)) | ended.filter(key=key)
    remove_files_after_commit(list(doomed.exclude(file="").values_list("file", flat=True)))
    doomed.delete()
