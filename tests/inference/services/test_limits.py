"""Tests of the limits of jobs; run on SQLite here and on PostgreSQL by tests/faults."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference.live.estimates import eta_of
from inference.models import Job, Worker
from inference.queue import jobs as job_queue
from inference.services import limits
from inference.services.jobs import cancel_job, delete_job, submit_job
from inference.services.limits import check_room, day_ends_at, jobs_today, room_of
from inference.services.photos import delete_photo
from inference.services.refusals import JobRefused, QueueFull, QuotaExceeded, TooManyJobs
from style_transfer.core.spec import TransferSpec
from tests.support.factories import finished_job, make_job, make_photo, make_style, make_user

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
A_DAY = timedelta(days=1)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock at noon, so that the day does not change during a test."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


class TestRoom:
    def test_is_the_rest_of_the_users_waiting_jobs(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 3
        make_job(alice)
        make_job()
        job_queue.claim()
        assert room_of(alice) == 3
        make_job(alice)
        assert room_of(alice) == 2
        check_room(owner=alice, jobs=2)
        with pytest.raises(TooManyJobs):
            check_room(owner=alice, jobs=3)

    def test_is_the_rest_of_the_day_if_that_is_less(
        self, alice: User, settings: Settings, noon: None
    ) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 2
        finished_job(alice, created_at=NOON)
        assert room_of(alice) == 1

    def test_is_never_negative(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        for _ in range(2):
            make_job(alice)
        assert room_of(alice) == 0


class TestWaiting:
    def test_lets_as_many_jobs_wait_as_allowed(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 2
        make_job(alice)
        check_room(owner=alice)

        make_job(alice)
        with pytest.raises(TooManyJobs) as refusal:
            check_room(owner=alice)

        assert (refusal.value.code, refusal.value.status) == ("too_many_jobs", 429)

    def test_does_not_count_running_jobs(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        make_job(alice)
        job_queue.claim()

        check_room(owner=alice)

    def test_accepts_all_of_several_jobs_or_none(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 3
        check_room(owner=alice, jobs=3)

        with pytest.raises(TooManyJobs):
            check_room(owner=alice, jobs=4)

    def test_says_when_a_place_will_be_free(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        now = timezone.now()
        for days in (2, 1):
            carol = make_user(f"carol-{days}")
            make_job(carol, created_at=now - days * A_DAY, paint_p50=30.0, paint_p90=40.0)
        mine = make_job(alice, paint_p50=30.0, paint_p90=40.0)

        with pytest.raises(TooManyJobs) as refusal:
            check_room(owner=alice)

        # Two jobs of 30 seconds are before it, and one worker is assumed.
        assert refusal.value.retry_after == 60
        assert eta_of(mine, 2) == {"p50": 60.0 + 30.0, "p90": 80.0 + 40.0}

        for name in ("one", "two"):
            Worker.objects.create(name=name, host="here", pid=1)
        with pytest.raises(TooManyJobs) as refusal:
            check_room(owner=alice)

        assert refusal.value.retry_after == 30

    def test_counts_the_remaining_time_of_running_jobs(
        self, alice: User, settings: Settings
    ) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        make_job(make_user("carol"), paint_p50=30.0, paint_p90=40.0)
        assert job_queue.claim() is not None
        Job.objects.update(started_at=timezone.now() - timedelta(seconds=9.5))
        make_job(alice, paint_p50=30.0, paint_p90=40.0)

        with pytest.raises(TooManyJobs) as refusal:
            check_room(owner=alice)

        assert refusal.value.retry_after in (20, 21)


@pytest.mark.usefixtures("noon")
class TestQuota:
    @pytest.fixture(autouse=True)
    def two_a_day(self, settings: Settings) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 2

    def test_ends_with_the_day(self, alice: User) -> None:
        for _ in range(2):
            check_room(owner=alice)
            finished_job(alice)

        with pytest.raises(QuotaExceeded) as refusal:
            check_room(owner=alice)

        assert (refusal.value.code, refusal.value.status) == ("quota_exceeded", 429)
        assert refusal.value.retry_after == 12 * 3600
        assert day_ends_at() == NOON + timedelta(hours=12)

    def test_starts_again_at_midnight(self, alice: User) -> None:
        for _ in range(2):
            finished_job(alice, created_at=NOON - timedelta(hours=13))

        check_room(owner=alice, jobs=2)

    def test_is_separate_for_each_user(self, alice: User, bob: User) -> None:
        for _ in range(2):
            finished_job(bob)

        check_room(owner=alice)

    @pytest.mark.parametrize("state", ["failed", "canceled", "expired"])
    def test_does_not_count_jobs_without_a_result(self, alice: User, state: str) -> None:
        for _ in range(2):
            make_job(alice, state=state, completed_at=NOON)

        assert jobs_today(alice) == 0
        check_room(owner=alice)

    def test_still_counts_a_deleted_picture(self, alice: User) -> None:
        one, other = finished_job(alice), finished_job(alice)
        delete_job(job=one)
        delete_photo(photo=other.photo)
        assert not Job.objects.exists()

        assert jobs_today(alice) == 2
        with pytest.raises(QuotaExceeded):
            check_room(owner=alice)

    def test_does_not_count_a_job_deleted_before_its_end(self, alice: User) -> None:
        delete_job(job=make_job(alice))

        assert jobs_today(alice) == 0

    def test_does_not_count_a_canceled_job(self, alice: User) -> None:
        jobs = [make_job(alice) for _ in range(2)]
        assert jobs_today(alice) == 2

        cancel_job(job=jobs[0])

        assert jobs_today(alice) == 1


class TestQueueFull:
    def test_refuses_a_job_if_all_users_together_have_too_many_waiting(
        self, alice: User, bob: User, settings: Settings
    ) -> None:
        settings.JOB_MAX_WAITING = 2
        make_job(alice)
        check_room(owner=bob)

        make_job(alice)
        with pytest.raises(QueueFull) as refusal:
            check_room(owner=bob)

        assert (refusal.value.code, refusal.value.status) == ("queue_full", 503)
        assert refusal.value.retry_after == limits.UNKNOWN_SECONDS


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @staticmethod
    def _submit(people: list[User], times: int) -> Counter[str]:
        """Submit jobs of all users at the same time; count the outcomes."""
        style, spec = make_style(), TransferSpec(size=64, steps=2)
        photos = [make_photo(user) for user in people]

        def submit(number: int) -> str:
            who = number % len(people)
            try:
                submit_job(owner=people[who], photo=photos[who], styles=[(style, 1.0)], spec=spec)
            except JobRefused as refusal:
                return refusal.code
            finally:
                connections.close_all()
            return "accepted"

        with ThreadPoolExecutor(8) as pool:
            return Counter(pool.map(submit, range(times)))

    def test_keeps_the_quota_exactly(
        self, alice: User, settings: Settings, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 3

        assert self._submit([alice], 24) == {"accepted": 3, "quota_exceeded": 21}
        assert len(wakeups) == 3

    def test_keeps_the_number_of_waiting_jobs_exactly(
        self, alice: User, settings: Settings, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 3

        assert self._submit([alice], 24) == {"accepted": 3, "too_many_jobs": 21}
        assert Job.objects.count() == len(wakeups) == 3

    def test_keeps_the_length_of_the_queue_exactly(
        self, settings: Settings, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING = 5
        people = [make_user(f"user-{number}") for number in range(6)]

        assert self._submit(people, 24) == {"accepted": 5, "queue_full": 19}
        assert Job.objects.count() == len(wakeups) == 5
