"""Every write that operators make to the queue and its workers."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Job, ProofSheet, QueueSwitch, Revision, Sketch, SourceFetch, Worker
from inference.queue.wakeups import wake_each_lane
from inference.queue.workers import workers_serving
from inference.services.jobs import submit_job
from inference.services.photos import upload_photo
from library.demonstration import PAIRS
from library.models import Style
from style_transfer.core.spec import TransferSpec

TEST_PICTURE_SIZE = 512
# All kinds of work that can wait for a worker.
KINDS = (Job, ProofSheet, Revision, Sketch, SourceFetch)


class NoStyle(Exception):
    """The library is empty, so nothing can be painted."""


class NoTestPhoto(Exception):
    """The installation lacks the photo of the test picture."""


def pause_queue(*, by: User) -> None:
    """Let no more work begin; running work is finished."""
    _switch(by, paused=True)


def resume_queue(*, by: User) -> None:
    """Let work begin again, and wake the workers, whose wakeups of the pause found nothing."""
    _switch(by, paused=False)
    waiting = sum(kind.objects.waiting().count() for kind in KINDS)
    for _turn in range(min(waiting, max(1, workers_serving()))):
        wake_each_lane()


def drain_worker(*, worker: Worker) -> None:
    """Let `worker` and the processes of the same name finish their work and take no more."""
    Worker.objects.filter(name=worker.name).update(draining=True)


def return_worker(*, worker: Worker) -> None:
    """Let a drained worker and the processes of the same name take work again."""
    Worker.objects.filter(name=worker.name).update(draining=False)
    if any(kind.objects.waiting().exists() for kind in KINDS):
        wake_each_lane()


def paint_test_picture(*, by: User) -> Job:
    """Paint a photo that the project ships, after the first style of the library.

    It goes the same way as a picture of any user. Raises NoStyle, NoTestPhoto, JobRefused, and what
    `upload_photo` raises.
    """
    style = Style.objects.published().in_display_order().first()
    if style is None:
        raise NoStyle(_("The library has no style yet. Publish one first."))
    path = finders.find(PAIRS[0].before)
    if path is None:
        raise NoTestPhoto(
            _("The photo of the test picture is missing on the server. Install Styleweb again.")
        )
    with Path(path).open("rb") as file:
        photo, _is_new = upload_photo(owner=by, file=file)
    spec = TransferSpec(size=TEST_PICTURE_SIZE)
    job, _is_new = submit_job(owner=by, photo=photo, styles=[(style, 1.0)], spec=spec)
    return job


def _switch(by: User, *, paused: bool) -> None:
    values = {"paused": paused, "changed_at": timezone.now(), "changed_by": by.username}
    QueueSwitch.objects.update_or_create(pk=QueueSwitch.ONLY, defaults=values)
