"""The limits of jobs for one user and for all users; exact even for requests at the same time.

Rows are counted, and no counter is kept beside them. A job that failed, was canceled or expired
therefore no longer counts towards the day. A job with a result counts even after its deletion.
"""

import math
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import lock_until_commit
from inference.live.estimates import wait
from inference.models import DeletedJob, Job
from inference.queue.durations import Seconds
from inference.queue.fairness import places_of
from inference.queue.lanes import Lanes
from inference.services.guest_limits import check_guest_room, pictures_left
from inference.services.refusals import QueueFull, QuotaExceeded, TooManyJobs

State = Job.State
# When to try again if it cannot be predicted when a place will be free.
UNKNOWN_SECONDS = 10
# The expected time of a waiting job without a prediction in its row.
NO_HISTORY = Seconds(10.0, 10.0, "guess")


def check_room(*, owner: User, jobs: int = 1) -> None:
    """Check that `owner` may have `jobs` more jobs, all of them or none.

    This must be called inside the transaction that makes the jobs and that has locked the owner.
    It holds another lock, so every other check waits until that transaction ends. Raises
    TooManyJobs, QuotaExceeded, QueueFull or GuestRefused.
    """
    if jobs_today(owner) + jobs > settings.JOB_MAX_A_DAY_PER_USER:
        sentence = _("Daily limit reached. Try again tomorrow.")
        raise QuotaExceeded(sentence, retry_after=_seconds_until(day_ends_at()))
    if waiting_of(owner) + jobs > settings.JOB_MAX_WAITING_PER_USER:
        sentence = _(
            "You have too many pictures in progress. Wait for one to finish, or cancel one."
        )
        raise TooManyJobs(sentence, retry_after=_seconds_until_turn(owner))
    lock_until_commit("queue")
    check_guest_room(owner=owner)
    if Job.objects.waiting().count() + jobs > settings.JOB_MAX_WAITING:
        sentence = _("The queue is full. Try again in a few minutes.")
        raise QueueFull(sentence, retry_after=_seconds_until_place())


def room_of(owner: User) -> int:
    """Return how many more jobs `owner` may submit now, if the queue of all users has room."""
    if owner.is_guest:
        return pictures_left(owner)
    today = settings.JOB_MAX_A_DAY_PER_USER - jobs_today(owner)
    return max(0, min(today, settings.JOB_MAX_WAITING_PER_USER - waiting_of(owner)))


def jobs_today(owner: User) -> int:
    """Count the jobs of today that have a result, or may still get one, and those deleted."""
    today = _day_began_at()
    mine = Job.objects.filter(owner=owner, created_at__gte=today)
    deleted = DeletedJob.objects.filter(owner=owner, spent_at__gte=today)
    return mine.exclude(state__in=Job.WITHOUT_RESULT).count() + deleted.count()


def waiting_of(owner: User) -> int:
    """Count the jobs of `owner` that wait."""
    return Job.objects.filter(owner=owner, state=State.QUEUED).count()


def running_of(owner: User) -> int:
    """Count the jobs of `owner` that are being painted."""
    return Job.objects.filter(owner=owner, state=State.RUNNING).count()


def day_ends_at() -> datetime:
    """Return the midnight, in the time zone of the site, at which the day's quota starts again."""
    return _midnight(timezone.localdate() + timedelta(days=1))


def _day_began_at() -> datetime:
    return _midnight(timezone.localdate())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _seconds_until(moment: datetime) -> int:
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))


def _seconds_until_turn(owner: User) -> int:
    """Predict in how many seconds the next waiting job of `owner` begins and frees a place."""
    places = places_of(owner.pk)
    if not places:
        return UNKNOWN_SECONDS
    first = min(places, key=places.__getitem__)
    return _seconds_until_begun(Job.objects.get(pk=first).lane, places[first])


def _seconds_until_place() -> int:
    """Predict in how many seconds the next job of any lane begins and frees a place."""
    return min(_seconds_until_begun(lane, 0) for lane in Job.Lane)


def _seconds_until_begun(lane: str, ahead: int) -> int:
    """Predict in how many seconds a job begins that has `ahead` jobs before it in `lane`."""
    seconds = wait(ahead, NO_HISTORY, lane, Lanes.now())["p50"]
    # 0 means that a worker is free. The job still waits, so the queue is paused or no worker runs.
    return math.ceil(seconds) or UNKNOWN_SECONDS
