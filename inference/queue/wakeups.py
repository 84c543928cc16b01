"""Wakeups: the Celery messages that tell a worker that there is work.

A wakeup names no job; the worker asks the database which job is next. One wakeup too many does no
harm, and the reaper replaces a lost one.
"""

import logging

from celery import current_app
from kombu.exceptions import KombuError

from common import failpoints
from inference.models import Job
from inference.queue.lanes import SHORT, Lanes

logger = logging.getLogger(__name__)
# The task is sent by its name: the queue must not import the worker that the task runs.
SERVE_QUEUE = "inference.tasks.serve_queue"


def send_wakeup(lane: str = SHORT) -> bool:
    """Wake a worker of `lane`; False when the broker is away, and the reaper will try again."""
    return _send(Lanes.now().queue_for(lane))


def wake_each_lane() -> bool:
    """Send a wakeup to each queue that a worker listens to, as `send_wakeup` does."""
    now = Lanes.now()
    sent = [_send(to) for to in {now.queue_for(lane) for lane in Job.Lane}]
    return all(sent)


def _send(to: str) -> bool:
    failpoints.hit("wakeup")
    try:
        current_app.send_task(SERVE_QUEUE, queue=to, retry=False, ignore_result=True)
    except (KombuError, OSError) as error:
        logger.warning("No wakeup could be sent, the reaper will try again: %s", error)
        return False
    return True
