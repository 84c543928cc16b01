"""The queue for operators: who waits, who paints, and how accurate the estimates were."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from inference.models import Job, Photo, ProofSheet, QueueSwitch, Sketch, Worker
from inference.queue.lanes import HEAVY
from style_transfer.core.catalog import METHOD_INFOS

State = Job.State
LONGEST = 8
PROMISES = 500
RECENTLY = timedelta(hours=1)


@dataclass(frozen=True)
class MethodLine:
    """How many jobs of a method wait, how many of those are heavy, and how many run."""

    method: str
    waiting: int
    heavy: int
    running: int


@dataclass(frozen=True)
class Waiting:
    """A user with jobs in the queue; the name is empty if the operator may not see it."""

    name: str
    jobs: int
    since: datetime

    @property
    def is_new(self) -> bool:
        """Whether the wait is shorter than a minute."""
        return timezone.now() - self.since < timedelta(minutes=1)


@dataclass(frozen=True)
class Promises:
    """How many of the last finished jobs kept their estimate, in percent."""

    jobs: int
    by_first: int
    by_second: int


@dataclass(frozen=True)
class Disk:
    """The disk of the media folder and what the photos take of it, in bytes."""

    free: int
    total: int
    photos: int

    @property
    def used_percent(self) -> int:
        """How full the disk is."""
        return round(100 * (1 - self.free / self.total)) if self.total else 0


@dataclass(frozen=True)
class Overview:
    """The queue at one moment."""

    switch: QueueSwitch
    methods: list[MethodLine]
    sheets: int
    sketches: int
    waiting: int
    running: int
    longest: list[Waiting]
    workers: list[Worker]
    promises: Promises
    disk: Disk
    done_lately: int
    failed_lately: int

    @property
    def serving(self) -> int:
        """How many workers take work."""
        return sum(worker.is_alive and not worker.draining for worker in self.workers)


def overview(*, with_names: bool) -> Overview:
    """Read the state of the queue; `with_names` shows who waits."""
    lines = _lines()
    ended = Job.objects.filter(completed_at__gte=timezone.now() - RECENTLY)
    return Overview(
        # There is no row before the first use of the switch.
        switch=QueueSwitch.objects.first() or QueueSwitch(),
        methods=lines,
        sheets=ProofSheet.objects.active().count(),
        sketches=Sketch.objects.active().count(),
        waiting=sum(line.waiting for line in lines),
        running=sum(line.running for line in lines),
        longest=_longest(with_names=with_names),
        workers=list(Worker.objects.order_by("name", "started_at")),
        promises=_promises(),
        disk=_disk(),
        done_lately=ended.filter(state=State.SUCCEEDED).count(),
        failed_lately=ended.filter(state=State.FAILED).count(),
    )


def _lines() -> list[MethodLine]:
    waiting, running = Q(state=State.QUEUED), Q(state=State.RUNNING)
    counts = {
        method: counted
        for method, *counted in Job.objects.active()
        .values_list("spec__method")
        .annotate(
            waiting=Count("pk", waiting),
            heavy=Count("pk", waiting & Q(lane=HEAVY)),
            running=Count("pk", running),
        )
    }
    # Jobs of a method that is no longer installed are counted too: they wait like the others.
    slugs = dict.fromkeys([*METHOD_INFOS, *counts])
    return [MethodLine(slug, *counts.get(slug, (0, 0, 0))) for slug in slugs]


def _longest(*, with_names: bool) -> list[Waiting]:
    """List the users who wait, the longest wait first."""
    people = (
        Job.objects.filter(state=State.QUEUED)
        .values_list("owner__username")
        .annotate(jobs=Count("pk"), since=Min("created_at"))
        .order_by("since")[:LONGEST]
    )
    return [Waiting(name if with_names else "", jobs, since) for name, jobs, since in people]


def _promises() -> Promises:
    """Count the waits that ended within the first and within the second figure of the estimate.

    Half of them should end within the first, and nine in ten within the second.
    """
    # A job that was stopped early says nothing about the estimate of a whole one.
    ended = Job.objects.filter(
        state=State.SUCCEEDED, stopped_early=False, eta_p90__isnull=False
    ).order_by("-completed_at")
    waits = [
        ((completed - created).total_seconds(), p50 or 0.0, p90 or 0.0)
        for created, completed, p50, p90 in ended.values_list(
            "created_at", "completed_at", "eta_p50", "eta_p90"
        )[:PROMISES]
        if completed
    ]
    return Promises(
        jobs=len(waits),
        by_first=_percent(sum(seconds <= p50 for seconds, p50, _ in waits), len(waits)),
        by_second=_percent(sum(seconds <= p90 for seconds, _, p90 in waits), len(waits)),
    )


def _disk() -> Disk:
    folder = Path(settings.MEDIA_ROOT)
    # There is no media folder before the first upload.
    usage = shutil.disk_usage(folder if folder.exists() else settings.DATA_DIR)
    return Disk(free=usage.free, total=usage.total, photos=Photo.objects.stored_bytes())


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
