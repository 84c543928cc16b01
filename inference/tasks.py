"""What Celery carries: tickets that say that there is work, and the round of the reaper."""

import logging
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
from kombu.exceptions import KombuError

from common import failpoints
from common.broadcast import thread_loop
from inference import worker
from inference.files import jobs as job_files
from inference.live import broadcast, change_log
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue import workers
from inference.queue.lanes import QUICK, Lanes
from inference.queue.workers import registration
from inference.worker import Served, shutdown

logger = logging.getLogger(__name__)
# The runner keeps the deadline; this ends a process that is stuck inside one step.
HARD_LIMIT_SECONDS = settings.JOB_DEADLINE_SECONDS + 30
# A ticket that waits its turn looks like a lost one, so only a few are doubled at a time.
RESENT_AT_ONCE = 5


@shared_task(bind=True, time_limit=HARD_LIMIT_SECONDS)
def serve_queue(task: Task) -> None:
    """Paint what is next in line; a ticket too many finds nothing to do."""
    served = worker.serve_line()
    if served is Served.NOTHING:
        return
    # Another ticket may have come to nothing while somebody had as many running as is allowed, and
    # a sheet that was begun in a break has none.
    waiting = _lanes_in_need()
    if served is Served.PUT_BACK or waiting:
        # Where this one came from, so that no lane loses its tickets to the other.
        own = (task.request.delivery_info or {}).get("routing_key", QUICK)
        send_ticket(own if own in waiting else min(waiting, default=QUICK))


def _lanes_in_need() -> set[str]:
    """Return the lanes in which something waits; sheets wait in the quick one."""
    return job_queue.waiting_lanes() | ({QUICK} if sheet_queue.waiting_count() else set())


@shared_task
def reap_lost_jobs() -> None:
    """Bring back the work of lost workers and send lost tickets again."""
    reap()


def reap() -> None:
    """Take back what lost workers held, tell the owners, and send the tickets that are missing.

    What nobody painted in time expires, and what was deleted long ago is forgotten.
    """
    workers.forget_lost()
    for job_id in job_queue.expire_overdue():
        job_files.sweep(job_id)
        broadcast.publish(job_id)
    for job_id in job_queue.reap_lost():
        broadcast.publish(job_id)
        call_each_lane()
    for sheet_id in sheet_queue.reap_lost():
        broadcast.publish_sheet(sheet_id)
        send_ticket()
    if not workers.is_paused():
        _send_lost_tickets()
    change_log.prune_deleted()


def _send_lost_tickets() -> None:
    for job_id in job_queue.stale_tickets(RESENT_AT_ONCE):
        # Whoever may serve it by now: its lane's workers may be gone, or have too much to do.
        if call_each_lane():
            job_queue.record_ticket(job_id)
    for sheet_id in sheet_queue.stale_tickets(RESENT_AT_ONCE):
        if send_ticket():
            sheet_queue.record_ticket(sheet_id)


def restart_queue() -> None:
    """Take back all running work and send a ticket for each that waits; no worker may run."""
    for job_id in job_queue.take_back_all():
        broadcast.publish(job_id)
    for sheet_id in sheet_queue.take_back_all():
        broadcast.publish_sheet(sheet_id)
    for _ in range(job_queue.waiting_count() + sheet_queue.waiting_count()):
        send_ticket()


def call_each_lane() -> bool:
    """Send a ticket to each queue that a worker listens to, as `send_ticket` does."""
    now = Lanes.now()
    sent = [_send(to) for to in {now.queue_for(lane) for lane in Job.Lane}]
    return all(sent)


def send_ticket(lane: str = QUICK) -> bool:
    """Say that there is work; False when the broker cannot be reached, then the reaper will.

    Who serves `lane` hears of it.
    """
    return _send(Lanes.now().queue_for(lane))


def _send(to: str) -> bool:
    failpoints.hit("ticket")
    try:
        serve_queue.apply_async(queue=to, retry=False)
    except (KombuError, OSError) as error:
        logger.warning("No ticket could be sent, the reaper will try again: %s", error)
        return False
    return True


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load the engine into a fresh worker process, before its first job."""
    shutdown.own_process()
    thread_loop.open()
    worker.warm_up()
    registration.register(worker.device())


@worker_init.connect
def introduce(sender: Any, **_: object) -> None:
    """Note what this worker is called, for the processes that it forks."""
    registration.introduce(sender.hostname, ",".join(sender.app.amqp.queues.consume_from))


@worker_process_shutdown.connect
@worker_shutdown.connect
def leave(**_: object) -> None:
    """Let a process that ends in peace leave no row and no connection behind."""
    registration.unregister()
    thread_loop.close()


@worker_shutting_down.connect
def give_back(**_: object) -> None:
    """Have a worker that was told to end give back what it holds."""
    shutdown.ask()
