"""Lanes: heavy work waits for workers of the queue gpu, quick work for any, while both are there.

The row of a job names its lane, which is called like the Celery queue that its ticket goes to.
Where no worker listens to the queue gpu, or none to cpu alone, everybody serves everything in turn,
so no job waits for a device that is not there.
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
# What waited so long is painted by any worker: those of its lane are too few.
PATIENCE = timedelta(minutes=2)


def lane_of(work: Work) -> str:
    """Choose the lane of new work: heavy is what would keep a CPU for long."""
    expected = durations.expect(work, device="cpu").p50
    return HEAVY if expected > settings.JOB_SHORT_SECONDS else SHORT


@dataclass(frozen=True)
class Lanes:
    """The lanes of each worker that takes work, with the device it has, at one moment."""

    workers: tuple[tuple[frozenset[str], str], ...]

    @classmethod
    def now(cls) -> Self:
        """Look at the workers' rows."""
        rows = Worker.objects.serving().values_list("queues", "device")
        return cls(tuple((lanes_in(queues), device) for queues, device in rows))

    @property
    def apart(self) -> bool:
        """Whether quick and heavy work stand in lines of their own."""
        return any(HEAVY in lanes for lanes, _ in self.workers) and any(
            SHORT in lanes and HEAVY not in lanes for lanes, _ in self.workers
        )

    def of_worker(self, own: frozenset[str]) -> frozenset[str]:
        """Return what a worker of the lanes `own` serves."""
        return own if self.apart and own else frozenset(Job.Lane.values)

    def devices(self, lane: str) -> list[str]:
        """Return the device of each worker that serves `lane`."""
        return [device for own, device in self.workers if lane in self.of_worker(own)]

    def device(self, lane: str) -> str:
        """Name the device that will probably paint what is put in `lane`."""
        devices = sorted(filter(None, self.devices(lane)))
        if not devices:
            return durations.usual_device()
        return devices[-1] if lane == HEAVY else devices[0]

    def lines(self, jobs: JobQuerySet) -> list[JobQuerySet]:
        """Part `jobs` into the lines in which they stand."""
        return [jobs.filter(lane=lane) for lane in Job.Lane] if self.apart else [jobs]

    def line(self, jobs: JobQuerySet, lane: str) -> JobQuerySet:
        """Keep those of `jobs` that are in one line with what is in `lane`."""
        return jobs.filter(lane=lane) if self.apart else jobs

    def queue_for(self, lane: str) -> str:
        """Return the queue in which somebody hears the ticket of work in `lane`."""
        heard = frozenset().union(*(own for own, _ in self.workers)) & frozenset(Job.Lane.values)
        return lane if lane in heard else min(heard, default=SHORT)


@dataclass(frozen=True)
class Share:
    """What a worker may take: which jobs, whether the heavy ones come first, and sheets or not."""

    jobs: Q
    heavy_first: bool
    sheets: bool


def share_of_this_worker() -> Share:
    """Say what this process may take now; of a process that has no row, everything."""
    now = Lanes.now()
    mine = now.of_worker(lanes_in(registration.queues) if registration.id else frozenset())
    waited_long = Q(created_at__lt=Now() - PATIENCE)
    return Share(
        jobs=Q(lane__in=mine) | waited_long,
        # Short jobs have the workers of the other lane.
        heavy_first=now.apart and HEAVY in mine,
        sheets=SHORT in mine,
    )


def lanes_in(queues: str) -> frozenset[str]:
    """Return the lanes of a worker that listens to `queues`."""
    return frozenset(queues.split(",")) & frozenset(Job.Lane.values)
