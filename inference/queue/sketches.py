"""The queue of sketches: which one is next, and all changes that its worker makes."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from common.locks import retry_deadlocks
from inference.files.stored import StoredPicture
from inference.models import Sketch
from inference.queue.lanes import share_of_this_worker
from inference.queue.workers import open_to_this_worker


@retry_deadlocks
def claim() -> Sketch | None:
    """Take the next waiting sketch: QUEUED to RUNNING under a new lease.

    Sketches of users come before those of guests. Two workers never get the same one.
    """
    if not share_of_this_worker().sheets:
        return None
    with transaction.atomic():
        sketch = (
            Sketch.objects.waiting()
            .filter(open_to_this_worker())
            .order_by("owner__is_guest", "created_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if sketch is None:
            return None
        lease = Sketch.objects.filter(pk=sketch.pk).take()
    return Sketch.objects.select_related("photo").filter(pk=sketch.pk, lease=lease).first()


def finish(
    sketch: Sketch, picture: StoredPicture, color_map: Mapping[str, Sequence[float]]
) -> bool:
    """End the held `sketch` as SUCCEEDED; False when the lease is gone."""
    return sketch.held.end(
        Sketch.State.SUCCEEDED,
        file=picture.name,
        width=picture.width,
        height=picture.height,
        color_map={name: list(numbers) for name, numbers in color_map.items()},
    )


def give_back(sketch: Sketch) -> bool:
    """Put the held `sketch` back as if it had not begun; False when the lease is gone."""
    return sketch.held.give_back()
