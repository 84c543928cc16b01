"""How much one person, and everybody together, may ask for; exact however many ask at once.

What counts are rows, never a counter beside them: a job that failed, was canceled or expired gives
its unit back by being that. One that has its result does not, even if it is deleted.
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
from inference.services.refusals import QueueFull, QuotaExceeded, TooManyJobs

State = Job.State
# When to try again where nobody can say when a place will be free.
UNKNOWN_SECONDS = 10
# How long a waiting job counts whose row does not say what it will take.
NO_HISTORY = Seconds(10.0, 10.0, "guess")


def check_room(*, owner: User, jobs: int = 1) -> None:
    """Let `owner` have so many more jobs, all or none.

    Must be called inside the transaction that makes them: until it ends, no other one gets past.
    Raises TooManyJobs, QuotaExceeded or QueueFull.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    if jobs_today(owner) + jobs > settings.JOB_MAX_A_DAY_PER_USER:
        sentence = _("Daily limit reached. Try again tomorrow.")
        raise QuotaExceeded(sentence, retry_after=_seconds_until(day_ends_at()))
    if waiting_of(owner) + jobs > settings.JOB_MAX_WAITING_PER_USER:
        sentence = _(
            "You have too many pictures in progress. Wait for one to finish, or cancel one."
        )
        raise TooManyJobs(sentence, retry_after=_seconds_until_turn(owner))
    lock_until_commit("queue")
    if Job.objects.waiting().count() + jobs > settings.JOB_MAX_WAITING:
        sentence = _("The queue is full. Try again in a few minutes.")
        raise QueueFull(sentence, retry_after=_seconds_until_place())


def room_of(owner: User) -> int:
    """Count how many more jobs `owner` may ask for at present, if all the others leave room."""
    today = settings.JOB_MAX_A_DAY_PER_USER - jobs_today(owner)
    return max(0, min(today, settings.JOB_MAX_WAITING_PER_USER - waiting_of(owner)))


def jobs_today(owner: User) -> int:
    """Count the jobs of today that `owner` has had or may yet have."""
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
    """Return the midnight, by the site's clock, at which the day's quota starts again."""
    return _midnight(timezone.localdate() + timedelta(days=1))


def _day_began_at() -> datetime:
    return _midnight(timezone.localdate())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _seconds_until(moment: datetime) -> int:
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))


def _seconds_until_turn(owner: User) -> int:
    """Predict when the next waiting job of `owner` begins and leaves a place behind."""
    places = places_of(owner.pk)
    if not places:
        return UNKNOWN_SECONDS
    first = min(places, key=places.__getitem__)
    return _seconds_until_begun(Job.objects.get(pk=first).lane, places[first])


def _seconds_until_place() -> int:
    """Predict when the next job of any lane begins and leaves a place in the queue."""
    return min(_seconds_until_begun(lane, 0) for lane in Job.Lane)


def _seconds_until_begun(lane: str, ahead: int) -> int:
    """Predict when a job begins that has `ahead` jobs before it in `lane`."""
    seconds = wait(ahead, NO_HISTORY, lane, Lanes.now())["p50"]
    # A free worker would have begun it already, so the queue is paused or no worker runs.
    return math.ceil(seconds) or UNKNOWN_SECONDS
