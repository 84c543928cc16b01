"""Lanes: heavy jobs wait for workers of the queue gpu, and short jobs for any worker.

The row of a job names its lane, which has the name of the Celery queue that its wakeup goes to.
If no worker listens to the queue gpu, or no worker listens to the queue cpu alone, every worker
serves every job in turn, so no job waits for a device that is not there.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from inference.models import Job, JobQuerySet, Worker
from inference.queue import durations
from inference.queue.durations import Work
from inference.queue.workers import registration

SHORT, HEAVY = Job.Lane.SHORT.value, Job.Lane.HEAVY.value
# A job that has waited this long is painted by any worker, because its lane has too few of them.
PATIENCE = timedelta(minutes=2)


def lane_of(work: Work) -> str:
    """Choose the lane of new work: heavy if a CPU would need long for it."""
    expected = durations.expect(work, device="cpu").p50
    return HEAVY if expected > settings.JOB_SHORT_SECONDS else SHORT


@dataclass(frozen=True)
class Lanes:
    """The lanes of each worker that takes work, with the device it has, at one moment."""

    workers: tuple[tuple[frozenset[str], str], ...]

    @classmethod
    def now(cls) -> Self:
        """Read the rows of the workers."""
        rows = Worker.objects.serving().values_list("queues", "device")
        return cls(tuple((lanes_in(queues), device) for queues, device in rows))

    @property
    def apart(self) -> bool:
        """Whether short and heavy jobs wait in separate lines."""
        return any(HEAVY in lanes for lanes, _ in self.workers) and any(
            SHORT in lanes and HEAVY not in lanes for lanes, _ in self.workers
        )

    def of_worker(self, own: frozenset[str]) -> frozenset[str]:
        """Return the lanes that a worker serves if it listens to the queues of the lanes `own`."""
        return own if self.apart and own else frozenset(Job.Lane.values)

    def devices(self, lane: str) -> list[str]:
        """Return the device of each worker that serves `lane`."""
        return [device for own, device in self.workers if lane in self.of_worker(own)]

    def device(self, lane: str) -> str:
        """Return the device that will probably paint a new job of `lane`."""
        devices = sorted(filter(None, self.devices(lane)))
        if not devices:
            return durations.usual_device()
        return devices[-1] if lane == HEAVY else devices[0]

    def lines(self, jobs: JobQuerySet) -> list[JobQuerySet]:
        """Divide `jobs` into the lines in which they wait."""
        return [jobs.filter(lane=lane) for lane in Job.Lane] if self.apart else [jobs]

    def line(self, jobs: JobQuerySet, lane: str) -> JobQuerySet:
        """Keep those of `jobs` that wait in the same line as the jobs of `lane`."""
        return jobs.filter(lane=lane) if self.apart else jobs

    def queue_for(self, lane: str) -> str:
        """Return the queue for a wakeup of `lane`; a worker listens to it if there is any."""
        heard = frozenset().union(*(own for own, _ in self.workers)) & frozenset(Job.Lane.values)
        return lane if lane in heard else min(heard, default=SHORT)


@dataclass(frozen=True)
class Share:
    """What a worker may take: which jobs, whether heavy ones come first, and whether sheets."""

    jobs: Q
    heavy_first: bool
    sheets: bool


def share_of_this_worker() -> Share:
    """Return what this process may take now; a process that has no row may take everything."""
    now = Lanes.now()
    mine = now.of_worker(lanes_in(registration.queues) if registration.id else frozenset())
    waited_long = Q(created_at__lt=Now() - PATIENCE)
    return Share(
        jobs=Q(lane__in=mine) | waited_long,
        # The other workers serve the short jobs.
        heavy_first=now.apart and HEAVY in mine,
        sheets=SHORT in mine,
    )


def lanes_in(queues: str) -> frozenset[str]:
    """Return the lanes of a worker that listens to `queues`."""
    return frozenset(queues.split(",")) & frozenset(Job.Lane.values)
