"""Tests of usage and queue in the API: the user's own figures, and only counts of other users."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from inference.models import Job, Worker
from inference.queue import jobs as job_queue
from inference.services.limits import day_ends_at
from inference.services.operations import pause_queue
from tests.support.clients import app_of, assert_problem, session_of
from tests.support.factories import finished_job, make_job, make_photo, make_style

pytestmark = pytest.mark.django_db
USAGE, QUEUE, JOBS = "/api/v1/me/usage/", "/api/v1/queue/", "/api/v1/jobs/"


class TestUsage:
    def test_counts_the_users_own_jobs(self, alice: User, bob: User, settings: Any) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 9
        finished_job(alice)
        make_job(alice)
        job_queue.claim()
        make_job(alice)
        make_job(alice, state="failed", completed_at=timezone.now())
        make_job(bob)

        usage = session_of(alice).get(USAGE).json()

        assert (usage["today"]["count"], usage["today"]["limit"]) == (3, 9)
        assert usage["today"]["ends_at"] == day_ends_at().isoformat().replace("+00:00", "Z")
        assert usage["waiting"] == {"count": 1, "limit": 20}
        assert usage["running"] == {"count": 1, "limit": 2}

    def test_adds_up_the_bytes_of_my_photos(self, alice: User, bob: User, settings: Any) -> None:
        settings.PHOTOS_MAX_BYTES_PER_USER = 4321
        mine = [make_photo(alice, seed=seed) for seed in (1, 2)]
        make_photo(bob)

        usage = session_of(alice).get(USAGE).json()

        stored = sum(photo.bytes + photo.small_bytes for photo in mine)
        assert usage["photos"] == {"count": 2, "bytes": stored, "limit": 4321}

    def test_is_zero_for_a_new_user(self, bob: User) -> None:
        usage = session_of(bob).get(USAGE).json()

        assert usage["today"]["count"] == usage["waiting"]["count"] == 0
        assert usage["photos"] == {"count": 0, "bytes": 0, "limit": 2000 * 2**20}

    def test_requires_sign_in(self) -> None:
        assert_problem(APIClient().get(USAGE), 401, "not_authenticated")

    def test_accepts_a_token_that_may_read_jobs(self, alice: User) -> None:
        assert app_of(alice, "jobs:read").get(USAGE).status_code == 200
        assert_problem(app_of(alice, "photos:read").get(USAGE), 403, "insufficient_scope")


class TestQueue:
    def test_says_where_my_jobs_stand(self, alice: User, bob: User) -> None:
        start = timezone.now() - timedelta(minutes=1)
        first, theirs, second = (
            make_job(owner, created_at=start + timedelta(seconds=number))
            for number, owner in enumerate([alice, bob, alice])
        )

        answer = session_of(alice).get(QUEUE).json()

        assert (answer["waiting"], answer["running"], answer["limit"]) == (3, 0, 500)
        assert answer["jobs"] == [
            {"id": str(first.pk), "position": 1, "ahead": 0},
            {"id": str(second.pk), "position": 3, "ahead": 2},
        ]
        assert str(theirs.pk) not in str(answer)

    def test_shows_the_workers(self, alice: User) -> None:
        def figures() -> tuple[int, list[str]]:
            answer = session_of(alice).get(QUEUE).json()
            return answer["workers"], answer["devices"]

        assert figures() == (0, [])
        long_ago = timezone.now() - timedelta(hours=1)
        for name, device, fields in (
            ("one", "cpu", {}),
            ("two", "cuda", {}),
            ("three", "cuda", {}),
            ("ending", "mps", {"draining": True}),
            ("killed", "mps", {"last_beat": long_ago}),
        ):
            Worker.objects.create(name=name, host="here", pid=1, device=device, **fields)

        assert figures() == (3, ["cpu", "cuda"])

    def test_says_when_it_is_paused(self, alice: User, bob: User) -> None:
        assert not session_of(alice).get(QUEUE).json()["paused"]
        pause_queue(by=bob)
        assert session_of(alice).get(QUEUE).json()["paused"]

    def test_shows_a_stranger_only_how_many_there_are(self, alice: User, bob: User) -> None:
        make_job(alice)
        job_queue.claim()
        make_job(alice)

        answer = session_of(bob).get(QUEUE).json()

        assert (answer["waiting"], answer["running"], answer["jobs"]) == (1, 1, [])

    def test_requires_sign_in(self) -> None:
        assert_problem(APIClient().get(QUEUE), 401, "not_authenticated")

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        client = session_of(alice)
        for _ in range(5):
            make_job(alice)
        with django_assert_max_num_queries(9):
            assert len(client.get(QUEUE).json()["jobs"]) == 5


class TestRefusals:
    """A refusal says when to try again, and leaves no row."""

    @pytest.mark.parametrize(
        ("setting", "status", "code"),
        [
            ("JOB_MAX_A_DAY_PER_USER", 429, "quota_exceeded"),
            ("JOB_MAX_WAITING_PER_USER", 429, "too_many_jobs"),
            ("JOB_MAX_WAITING", 503, "queue_full"),
        ],
    )
    def test_say_when_to_try_again(
        self, alice: User, settings: Any, setting: str, status: int, code: str
    ) -> None:
        setattr(settings, setting, 1)
        client = session_of(alice)
        style = make_style()
        body = {"photo": str(make_photo(alice).pk), "styles": [{"style": style.slug}]}
        assert client.post(JOBS, body).status_code == 201

        refusal = client.post(JOBS, body)

        assert_problem(refusal, status, code)
        assert 1 <= int(refusal["Retry-After"]) <= 24 * 3600
        assert Job.objects.count() == 1
