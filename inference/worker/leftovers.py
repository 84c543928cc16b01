"""The files that killed processes left: removed some time after the end of their job or sheet.

Each process removes what it wrote and no row names. A killed one cannot, so the reaper sweeps the
folders of ended work again. A second sweep of the same folder does no harm.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from inference.files import jobs as job_files
from inference.files import revisions as revision_files
from inference.files import sheets as proof_files
from inference.files import sketches as sketch_files
from inference.files.folders import photo_folders, remove_folder
from inference.live import change_log
from inference.models import Job, LeasedWork, Photo, ProofSheet, ProofTile, Revision, Sketch

# A round must end before the next one begins; what is left waits for that.
SWEPT_AT_ONCE = 100

logger = logging.getLogger(__name__)


def sweep_ended() -> None:
    """Remove the files that ended work does not name, if a sweep is due."""
    for job in Job.objects.due_for_sweep(SWEPT_AT_ONCE):
        with _sweep_recorded(job):
            job_files.sweep(job.pk, keep=job.files)
    for sheet in ProofSheet.objects.due_for_sweep(SWEPT_AT_ONCE):
        with _sweep_recorded(sheet):
            _sweep_tiles(sheet)
    for revision in Revision.objects.due_for_sweep(SWEPT_AT_ONCE):
        with _sweep_recorded(revision):
            revision_files.sweep(revision, keep={revision.file})
    for sketch in Sketch.objects.due_for_sweep(SWEPT_AT_ONCE):
        with _sweep_recorded(sketch):
            _sweep_sketches(sketch)


def sweep_deleted() -> None:
    """Remove the files of jobs whose deletion was cut off before it could.

    It is called before the records of these jobs are removed.
    """
    for job_id in change_log.deleted_long_ago().values_list("job_id", flat=True):
        job_files.remove_all(job_id)


def sweep_gone_photos() -> None:
    """Remove the proofs and sketches of photos that are gone, whose deletion was cut off.

    Nothing is written for such a photo any more that its worker would not remove.
    """
    for top in (proof_files.TOP, sketch_files.TOP):
        for folders in photo_folders(top):
            here = Photo.objects.filter(pk__in=folders).values_list("pk", flat=True)
            for gone in folders.keys() - set(here):
                try:
                    remove_folder(folders[gone])
                except OSError:
                    logger.exception("Could not remove the files of photo %s, which is gone", gone)


@transaction.atomic
def _sweep_tiles(sheet: ProofSheet) -> None:
    """Sweep the proofs of the photo of `sheet`, unless another sheet of it waits or runs.

    That other sheet sweeps when it begins and when it has ended.
    """
    # While this lock is held, no sheet can be made for the photo, so no worker begins one.
    Photo.objects.select_for_update().filter(pk=sheet.photo_id).first()
    if not ProofSheet.objects.active().filter(photo=sheet.photo_id).exists():
        tiles = ProofTile.objects.filter(photo=sheet.photo_id)
        proof_files.sweep(sheet.photo_id, keep=set(tiles.values_list("file", flat=True)))


@transaction.atomic
def _sweep_sketches(sketch: Sketch) -> None:
    """Sweep the sketches of a photo, unless one of it waits or runs: that one sweeps itself."""
    Photo.objects.select_for_update().filter(pk=sketch.photo_id).first()
    mine = Sketch.objects.filter(photo=sketch.photo_id)
    if not mine.active().exists():
        sketch_files.sweep(sketch.photo_id, keep=set(mine.values_list("file", flat=True)))


@contextmanager
def _sweep_recorded(work: LeasedWork) -> Iterator[None]:
    """Record the sweep of `work`. If it fails, it is only logged: the later one tries again."""
    try:
        yield
    except OSError:
        logger.exception("Could not remove the files that %s left", work.pk)
    work.rows.record_sweep(work.pk)
