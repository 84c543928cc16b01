"""Every write that people make to batches: all of their jobs are taken on, or none."""

import hashlib
import json
from collections.abc import Sequence
from itertools import product
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Batch, Photo
from inference.services.jobs import cancel_job, check_request, put_in_line
from inference.services.limits import check_room
from inference.services.refusals import BatchTooLarge, JobConflict
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
) -> tuple[Batch, bool]:
    """Put each of `photos` in line in each of `styles`; True when the batch is new.

    What is named twice is painted once. The same `batch_id` with the same request finds the same
    batch. Raises JobRefused, and then no job was made.
    """
    batch_id = batch_id or uuid4()
    pairs = list(product(dict.fromkeys(photos), dict.fromkeys(styles)))
    digest = _digest(pairs, spec)
    if (batch := _same_batch(batch_id, owner, digest)) is not None:
        return batch, False
    if not 1 <= len(pairs) <= MAX_JOBS:
        sentence = _("This batch is too large. A batch can have up to %(most)d pictures.")
        raise BatchTooLarge(sentence % {"most": MAX_JOBS})
    for photo, style in pairs:
        check_request(owner=owner, photo=photo, styles=[(style, 1.0)], spec=spec)
    try:
        return _create(owner, pairs, spec, batch_id, digest), True
    except IntegrityError:
        # Another request with this id was faster by a moment.
        if (batch := _same_batch(batch_id, owner, digest)) is None:
            raise
        return batch, False


def cancel_batch(*, batch: Batch) -> Batch:
    """End what waits or runs of `batch`; what is done stays, and asking twice changes nothing."""
    for job in batch.jobs.active():
        cancel_job(job=job)
    return batch


@transaction.atomic
def _create(owner: User, pairs: Pairs, spec: TransferSpec, batch_id: UUID, digest: str) -> Batch:
    check_room(owner=owner, jobs=len(pairs))
    batch: Batch = Batch.objects.create(id=batch_id, owner=owner, request_digest=digest)
    for photo, style in pairs:
        job_id = uuid5(batch_id, f"{photo.pk}:{style.pk}")
        put_in_line(
            owner, photo, [(style, 1.0)], spec, id=job_id, request_digest=digest, in_batch=batch
        )
    return batch


def _same_batch(batch_id: UUID, owner: User, digest: str) -> Batch | None:
    """Return the batch of this id if it is this very request; None when there is no such batch."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is not None and (batch.owner_id != owner.pk or batch.request_digest != digest):
        raise JobConflict(_("This id is already in use for a different request."))
    return batch


def _digest(pairs: Pairs, spec: TransferSpec) -> str:
    """Return a digest of everything that was asked for."""
    asked = [(str(photo.pk), str(style.pk)) for photo, style in pairs]
    request = {"pairs": sorted(asked), "spec": spec.to_json()}
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
