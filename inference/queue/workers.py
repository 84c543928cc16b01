"""The workers: each worker process keeps a row, in which operators see and drain it."""

import logging
import os
import socket
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.db.models import Exists, Q
from django.db.models.functions import Now

from inference.models import QueueSwitch, Worker
from inference.queue.pulse import pulse

logger = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(days=1)
_STATM = Path("/proc/self/statm")


class WorkerRegistration:
    """The row of this process; a process that does not paint has none."""

    def __init__(self) -> None:
        self.name, self.queues = "", ""
        self.id: UUID | None = None

    def introduce(self, name: str, queues: str) -> None:
        """Store the worker's name in Celery; called in its main process, before the fork."""
        self.name, self.queues = name, queues

    def register(self, device: str) -> None:
        """Write the row of this process, which computes on `device`, and keep it beating."""
        self.id = uuid4()
        try:
            Worker.objects.create(
                id=self.id,
                name=self.name or f"worker@{socket.gethostname()}",
                host=socket.gethostname(),
                pid=os.getpid(),
                queues=self.queues,
                device=device,
                memory_mb=memory_mb(),
            )
        except DatabaseError:
            logger.warning(
                "The worker could not write its row; operators cannot see it", exc_info=True
            )
        pulse.add(self._beat)

    def unregister(self) -> None:
        """Remove the row of this process."""
        if self.id is None:
            return
        pulse.remove(self._beat)
        mine, self.id = Worker.objects.filter(pk=self.id), None
        try:
            mine.delete()
        except DatabaseError:
            logger.warning("The worker could not remove its row", exc_info=True)

    def update(self, **values: object) -> None:
        """Write what this process does now; this counts as a beat."""
        if self.id is None:
            return
        try:
            Worker.objects.filter(pk=self.id).update(last_beat=Now(), **values)
        except DatabaseError:
            logger.warning("The worker missed a beat", exc_info=True)

    def is_draining(self) -> bool:
        """Tell whether an operator drains this process, so that it takes no more work."""
        return Worker.objects.filter(pk=self.id, draining=True).exists() if self.id else False

    def _beat(self, due: bool) -> None:  # noqa: FBT001  # the signature of every beat
        if due:
            self.update(memory_mb=memory_mb())


registration = WorkerRegistration()


def open_to_this_worker() -> Q:
    """Return a condition that is true unless the queue is paused or this process is drained."""
    paused = Exists(QueueSwitch.objects.filter(paused=True))
    if registration.id is None:
        return Q(~paused)
    return ~paused & ~Exists(Worker.objects.filter(pk=registration.id, draining=True))


def workers_alive() -> int:
    """Count the worker processes with a recent beat."""
    return Worker.objects.alive().count()


def workers_serving() -> int:
    """Count the worker processes that take work."""
    return Worker.objects.serving().count()


def is_paused() -> bool:
    """Tell whether an operator stopped all claims."""
    return QueueSwitch.objects.filter(paused=True).exists()


def forget_lost() -> None:
    """Remove the rows of processes that have been lost for a day."""
    Worker.objects.filter(last_beat__lt=Now() - FORGOTTEN_AFTER).delete()


def memory_mb() -> int:
    """Return the resident memory of this process in MiB; 0 where the system has no such figure."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
