"""Every write that operators make to the queue and its workers."""

from django.utils import timezone

from accounts.models import User
from inference.models import Job, ProofSheet, QueueSwitch, Worker
from inference.queue.wakeups import wake_each_lane
from inference.queue.workers import workers_serving


def pause_queue(*, by: User) -> None:
    """Let no more work begin; running work is finished."""
    _switch(by, paused=True)


def resume_queue(*, by: User) -> None:
    """Let work begin again, and wake the workers, whose wakeups of the pause found nothing."""
    _switch(by, paused=False)
    waiting = Job.objects.waiting().count() + ProofSheet.objects.waiting().count()
    for _ in range(min(waiting, max(1, workers_serving()))):
        wake_each_lane()


def drain_worker(*, worker: Worker) -> None:
    """Let `worker` and the processes of the same name finish their work and take no more."""
    Worker.objects.filter(name=worker.name).update(draining=True)


def return_worker(*, worker: Worker) -> None:
    """Let a drained worker and the processes of the same name take work again."""
    Worker.objects.filter(name=worker.name).update(draining=False)
    if Job.objects.waiting().exists() or ProofSheet.objects.waiting().exists():
        wake_each_lane()


def _switch(by: User, *, paused: bool) -> None:
    values = {"paused": paused, "changed_at": timezone.now(), "changed_by": by.username}
    QueueSwitch.objects.update_or_create(pk=QueueSwitch.ONLY, defaults=values)
