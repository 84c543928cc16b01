"""Making revisions: composes a picture in full size from the layers that were kept of it."""

from contextlib import suppress

from PIL import Image

from common import failpoints
from inference.files import jobs as job_files
from inference.files import revisions as revision_files
from inference.live import broadcast
from inference.models import Revision
from inference.queue import revisions as revision_queue
from inference.worker import engine
from inference.worker.failures import MaskGone, PaintingGone, write_failure
from inference.worker.heartbeat import Endings, Heartbeat, LeaseLost, failures_written
from inference.worker.inputs import load_photo
from style_transfer.core.development import Development
from style_transfer.core.errors import InputUnreadableError
from style_transfer.core.spec import Color
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.mask import MaskUnreadableError, load_mask


def serve_revision() -> bool:
    """Make the next revision; False when none waits."""
    revision = revision_queue.claim()
    if revision is None:
        return False
    with Heartbeat([revision], ENDINGS) as heartbeat, failures_written(revision, ENDINGS):
        _make(revision, heartbeat)
    # The snapshot of the job says which picture it shows.
    broadcast.publish(revision.job_id)
    return True


def _make(revision: Revision, heartbeat: Heartbeat[Revision]) -> None:
    revision_files.sweep(revision)
    job = revision.job
    photo = load_photo(job.photo.file)
    painting = _load_painting(job.painting_file)
    development = Development(revision.strength, Color(revision.color))
    mask = _load_mask(job.fitted_mask) if job.fitted_mask else None
    image = engine.develop(painting, photo, development, job.color_map, mask)
    heartbeat.check(revision)
    failpoints.hit("step")
    picture = revision_files.store_revision(revision, image)
    if not revision_queue.finish(revision, picture):
        job_files.remove(picture.name)
        raise LeaseLost


def _load_painting(name: str) -> Image.Image:
    try:
        return load_picture(job_files.read_file(name)).image
    except (FileNotFoundError, InputUnreadableError) as error:
        raise PaintingGone from error


def _load_mask(name: str) -> Image.Image:
    try:
        return load_mask(job_files.read_file(name))
    except (FileNotFoundError, MaskUnreadableError) as error:
        raise MaskGone from error


def _fail(revision: Revision, error: Exception) -> bool:
    ended = write_failure(revision, error)
    if ended:
        with suppress(OSError):
            revision_files.sweep(revision)
    return ended


def _ends_soon(_revision: Revision) -> bool:
    return True


ENDINGS = Endings(_fail, revision_queue.give_back, _ends_soon)
