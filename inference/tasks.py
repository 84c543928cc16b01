"""What Celery runs: the task of a wakeup, the reaper's round, and the signals of a worker."""

from typing import Any

from celery import Task, shared_task
from celery.signals import (
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings

from accounts.sessions import delete_old_sessions
from common.broadcast import thread_loop
from inference import worker
from inference.queue.workers import registration
from inference.services import guests
from inference.worker import leftovers, shutdown
from inference.worker.reaper import reap

# The worker keeps the deadline itself; this ends a process that is stuck inside one step.
HARD_LIMIT_SECONDS = settings.JOB_DEADLINE_SECONDS + 30


@shared_task(bind=True, time_limit=HARD_LIMIT_SECONDS)
def serve_queue(task: Task) -> None:
    """Paint what is next in the queue; a wakeup that is not needed does nothing."""
    worker.serve_wakeup(came_from=(task.request.delivery_info or {}).get("routing_key"))


@shared_task
def reap_lost_jobs() -> None:
    """Take back the work of lost workers and send lost wakeups again."""
    reap()


@shared_task
def delete_guests() -> None:
    """Delete the guests whose day has ended, with their photos and pictures, and old sessions."""
    guests.delete_guests()
    delete_old_sessions()


@shared_task
def sweep_gone_photos() -> None:
    """Remove the files of proofs and sketches of photos that are gone."""
    leftovers.sweep_gone_photos()


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load the engine into a new worker process, before its first job."""
    shutdown.own_process()
    thread_loop.open()
    worker.warm_up()
    registration.register(worker.device())


@worker_init.connect
def introduce(sender: Any, **_: object) -> None:
    """Store the name of this worker, for the processes that it forks."""
    registration.introduce(sender.hostname, ",".join(sender.app.amqp.queues.consume_from))


@worker_process_shutdown.connect
@worker_shutdown.connect
def leave(**_: object) -> None:
    """Remove the row of a process that ends normally, and close its connections."""
    registration.unregister()
    thread_loop.close()


@worker_shutting_down.connect
def give_back(**_: object) -> None:
    """Tell a worker that must end to give back its work."""
    shutdown.ask()
