"""The files of masks: each is removed with its row, and the row when no job names it."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common.storage import remove_files_after_commit
from inference.models import Mask

UNUSED_FOR = timedelta(days=1)
_AT_ONCE = 100  # a round of the reaper must end before the next one begins


@transaction.atomic
def delete_if_unused(mask_id: UUID) -> bool:
    """Delete a mask with its file unless a job names it; tell whether no such mask is left."""
    # A job that is being made with it holds the row, so this waits and then sees that job. Of two
    # last jobs that are deleted at once, one sees the other gone.
    mask = Mask.objects.select_for_update().filter(pk=mask_id).first()
    if mask is None:
        return True
    if mask.jobs.exists():
        return False
    remove_files_after_commit([mask.file.name])
    Mask.objects.filter(pk=mask_id).delete()
    return True


def delete_unused() -> None:
    """Delete masks that were sent a day ago or more and that no job names."""
    old = Mask.objects.unused().filter(created_at__lt=timezone.now() - UNUSED_FOR)
    for mask_id in list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        delete_if_unused(mask_id)
