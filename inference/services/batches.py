"""Every write that users make to batches: all jobs of a batch are accepted, or none."""

from collections.abc import Sequence
from itertools import product
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Batch, Photo
from inference.services.guest_limits import check_guest_request
from inference.services.jobs import cancel_job, check_request, put_in_line
from inference.services.limits import check_room
from inference.services.locks import lock_photos
from inference.services.once import Request, create_once, digest_of
from inference.services.refusals import BatchTooLarge
from library.models import Style
from style_transfer.core.spec import TransferSpec

MAX_JOBS = 50
Pairs = list[tuple[Photo, Style]]


def submit_batch(
    *,
    owner: User,
    photos: Sequence[Photo],
    styles: Sequence[Style],
    spec: TransferSpec,
    batch_id: UUID | None = None,
    made_like: UUID | None = None,
) -> tuple[Batch, bool]:
    """Submit a job for each of `photos` in each of `styles`; True when the batch is new.

    A photo or style that is named twice counts once. The same `batch_id` with the same request
    returns the same batch. Raises JobRefused; then no job was made.
    """
    pairs = list(product(dict.fromkeys(photos), dict.fromkeys(styles)))
    request = Request(batch_id or uuid4(), owner, _digest(pairs, spec))

    def check() -> None:
        _check_size(pairs)
        check_guest_request(owner=owner, spec=spec, jobs=len(pairs))
        for photo, style in pairs:
            check_request(owner=owner, photo=photo, styles=[(style, 1.0)], spec=spec)

    def create() -> Batch:
        return _create(request, pairs, spec, made_like)

    return create_once(Batch.objects.all(), request, check=check, create=create)


def cancel_batch(*, batch: Batch) -> Batch:
    """Cancel the waiting and running jobs of `batch`; finished jobs stay. It is safe to repeat."""
    for job in batch.jobs.active():
        cancel_job(job=job)
    return batch


def _check_size(pairs: Pairs) -> None:
    if not 1 <= len(pairs) <= MAX_JOBS:
        sentence = _("This batch is too large. A batch can have up to %(most)d pictures.")
        raise BatchTooLarge(sentence % {"most": MAX_JOBS})


def _create(request: Request, pairs: Pairs, spec: TransferSpec, made_like: UUID | None) -> Batch:
    owner, digest = request.owner, request.digest
    lock_photos(photo for photo, _style in pairs)
    check_room(owner=owner, jobs=len(pairs))
    batch: Batch = Batch.objects.create(id=request.id, owner=owner, request_digest=digest)
    for photo, style in pairs:
        # The id of each job is computed from the batch, so a repeated request gives the same ids.
        job_id = uuid5(request.id, f"{photo.pk}:{style.pk}")
        fields = {"id": job_id, "request_digest": digest, "in_batch": batch, "made_like": made_like}
        put_in_line(owner, photo, [(style, 1.0)], spec, **fields)
    return batch


def _digest(pairs: Pairs, spec: TransferSpec) -> str:
    """Return a digest of the whole request."""
    asked = [(str(photo.pk), str(style.pk)) for photo, style in pairs]
    return digest_of({"pairs": sorted(asked), "spec": spec.to_json()})
