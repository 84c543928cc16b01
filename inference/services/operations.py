"""Every write that operators make to the queue and its workers."""

from django.utils import timezone

from accounts.models import User
from inference import tasks
from inference.models import QueueSwitch, Worker
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue.workers import workers_serving


def pause_queue(*, by: User) -> None:
    """Let no more work begin; what runs is finished."""
    _switch(by, paused=True)


def resume_queue(*, by: User) -> None:
    """Let work begin again, and tell the workers: their tickets came to nothing meanwhile."""
    _switch(by, paused=False)
    waiting = job_queue.waiting_count() + sheet_queue.waiting_count()
    for _ in range(min(waiting, max(1, workers_serving()))):
        tasks.call_each_lane()


def drain_worker(*, worker: Worker) -> None:
    """Let `worker` finish what it does and take no more; its fellow processes too."""
    Worker.objects.filter(name=worker.name).update(draining=True)


def return_worker(*, worker: Worker) -> None:
    """Let a drained worker take work again."""
    Worker.objects.filter(name=worker.name).update(draining=False)
    if job_queue.waiting_count() or sheet_queue.waiting_count():
        tasks.call_each_lane()


def _switch(by: User, *, paused: bool) -> None:
    values = {"paused": paused, "changed_at": timezone.now(), "changed_by": by.username}
    QueueSwitch.objects.update_or_create(pk=QueueSwitch.ONLY, defaults=values)
