"""Tests of which job is next; run on SQLite here and on PostgreSQL by tests/faults."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference.models import Job
from inference.queue import fairness
from inference.queue import jobs as job_queue
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo, make_style, make_user
from tests.support.races import together

pytestmark = pytest.mark.django_db


def end(job: Job) -> None:
    """End the claimed `job`."""
    assert job.held.fail(code="internal", hint="")


class TestNextInTurn:
    def test_takes_the_job_that_has_waited_longest(self) -> None:
        now = timezone.now()
        owner = make_user()
        late = make_job(owner, created_at=now)
        early = make_job(owner, created_at=now - timedelta(minutes=1))

        assert [job_queue.claim(), job_queue.claim()] == [early, late]

    def test_serves_users_in_turn(self) -> None:
        people = {name: make_user(name) for name in ("ann", "ben", "cleo")}
        photos = {name: make_photo(user) for name, user in people.items()}
        style = make_style()
        start = timezone.now()
        for number, name in enumerate(["ann", "ann", "ben", "cleo", "cleo", "ann"]):
            moment = start + timedelta(seconds=number)
            make_job(people[name], photo=photos[name], styles=[style], created_at=moment)

        served = []
        while (job := job_queue.claim()) is not None:
            served.append(job.owner.username)
            end(job)

        assert served == ["ann", "ben", "cleo", "ann", "cleo", "ann"]

    def test_does_not_let_one_user_wait_behind_fifty_jobs_of_another(self) -> None:
        ann, ben = make_user("ann"), make_user("ben")
        photo, style = make_photo(ann), make_style()
        for _ in range(50):
            make_job(ann, photo=photo, styles=[style])
        make_job(ben, styles=[style])

        served = [job.owner.username for job in (job_queue.claim(), job_queue.claim()) if job]

        assert served == ["ann", "ben"]

    def test_skips_users_who_have_the_most_running_jobs_allowed(self, settings: Settings) -> None:
        settings.JOB_MAX_RUNNING_PER_USER = 2
        ann, ben = make_user("ann"), make_user("ben")
        photo, style = make_photo(ann), make_style()
        for _ in range(4):
            make_job(ann, photo=photo, styles=[style])
        first, second = job_queue.claim(), job_queue.claim()
        assert first is not None
        assert second is not None
        assert job_queue.claim() is None

        late = make_job(ben, styles=[style])
        assert job_queue.claim() == late
        end(first)

        third = job_queue.claim()
        assert third is not None
        assert third.owner == ann
        assert job_queue.claim() is None


class TestGoingTogether:
    """Which waiting jobs a worker takes into the pass of the next job."""

    @pytest.fixture
    def people(self, settings: Settings) -> list[User]:
        settings.JOB_MAX_RUNNING_PER_USER = 9
        return [make_user(name) for name in ("ann", "ben", "cleo")]

    @staticmethod
    def _line_up(people: list[User], order: str, **fields: Any) -> list[Job]:
        """Submit one job each second, for the user of each digit in `order`."""
        photos = [make_photo(user) for user in people]
        style, start = make_style(), timezone.now() - timedelta(minutes=1)
        return [
            make_job(
                people[int(who)],
                photo=photos[int(who)],
                styles=[style],
                created_at=start + timedelta(seconds=number),
                **fields,
            )
            for number, who in enumerate(order)
        ]

    @staticmethod
    def _claimed(most: int = 4) -> list[Job]:
        first = job_queue.claim()
        assert first is not None
        return [first, *job_queue.claim_beside(first, most - 1)]

    def test_takes_the_jobs_that_are_next(self, people: list[User]) -> None:
        jobs = self._line_up(people, "001220")

        assert self._claimed() == [jobs[0], jobs[2], jobs[3], jobs[1]]
        assert self._claimed() == [jobs[4], jobs[5]]

    def test_gives_each_job_its_own_lease(self, people: list[User]) -> None:
        self._line_up(people, "012")

        jobs = self._claimed()

        assert len({job.lease for job in jobs}) == 3
        assert {(job.state, job.attempt) for job in jobs} == {(Job.State.RUNNING, 1)}

    def test_takes_no_more_jobs_of_one_user_than_may_run(
        self, people: list[User], settings: Settings
    ) -> None:
        settings.JOB_MAX_RUNNING_PER_USER = 2
        jobs = self._line_up(people, "00001")

        assert self._claimed() == [jobs[0], jobs[4], jobs[1]]
        assert job_queue.claim() is None

    @pytest.mark.parametrize(
        "spec",
        [
            TransferSpec(size=64, method="optimize"),
            TransferSpec(size=80),
            TransferSpec(size=64, strength=0.5),
        ],
        ids=["another method", "another size", "another strength"],
    )
    def test_overtakes_no_job_that_does_not_fit_into_the_pass(
        self, people: list[User], spec: TransferSpec
    ) -> None:
        jobs = self._line_up(people, "012")
        Job.objects.filter(pk=jobs[1].pk).update(spec=spec.to_json())

        assert self._claimed() == [jobs[0]]
        assert job_queue.claim() == jobs[1]

    def test_takes_photos_of_one_size_only(self, people: list[User]) -> None:
        first = self._line_up(people, "0")[0]
        make_job(photo=make_photo(people[1], (64, 96)))

        assert self._claimed() == [first]

    def test_paints_a_step_by_step_method_alone(self, people: list[User]) -> None:
        self._line_up(people, "012", spec=TransferSpec(size=64, method="optimize"))

        assert len(self._claimed()) == 1

    def test_paints_large_pictures_alone(self, people: list[User]) -> None:
        self._line_up(people, "012", spec=TransferSpec(size=2048))

        assert len(self._claimed()) == 1

    def test_takes_a_job_that_may_stop_a_worker_alone(self, people: list[User]) -> None:
        jobs = self._line_up(people, "012")
        Job.objects.filter(pk=jobs[0].pk).update(attempt=1)

        assert self._claimed() == [jobs[0]]
        assert self._claimed() == [jobs[1], jobs[2]]

    def test_takes_no_job_that_may_stop_a_worker_into_a_pass(self, people: list[User]) -> None:
        jobs = self._line_up(people, "012")
        Job.objects.filter(pk=jobs[1].pk).update(attempt=1)

        assert self._claimed() == [jobs[0]]

    def test_takes_no_more_than_the_limit(self, people: list[User]) -> None:
        self._line_up(people, "012")

        assert len(self._claimed(2)) == 2
        assert len(self._claimed(1)) == 1


class TestWaitingAhead:
    def test_is_zero_for_the_only_job(self) -> None:
        assert fairness.waiting_ahead(make_job()) == 0

    def test_agrees_with_the_order_of_claims(self) -> None:
        people = [make_user(name) for name in ("ann", "ben", "cleo")]
        people[2].last_served_at = timezone.now()
        people[2].save(update_fields=["last_served_at"])
        style = make_style()
        photos = [make_photo(user) for user in people]
        start = timezone.now()
        for number, who in enumerate([2, 0, 0, 1, 2, 0, 0]):
            moment = start + timedelta(seconds=number)
            make_job(people[who], photo=photos[who], styles=[style], created_at=moment)
        ahead = {job.pk: fairness.waiting_ahead(job) for job in Job.objects.all()}

        order = []
        while (job := job_queue.claim()) is not None:
            order.append(ahead[job.pk])
            end(job)

        assert order == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_never_runs_more_jobs_of_one_user_than_allowed(self, settings: Settings) -> None:
        settings.JOB_MAX_RUNNING_PER_USER = 2
        owner = make_user()
        photo, style = make_photo(owner), make_style()
        for _ in range(6):
            make_job(owner, photo=photo, styles=[style])

        jobs = together(*[job_queue.claim] * 8)

        assert len([job for job in jobs if job is not None]) == 2
        assert Job.objects.running().count() == 2

    def test_serves_users_in_turn_when_workers_ask_at_once(self) -> None:
        style = make_style()
        people = [make_user(name) for name in ("ann", "ben", "cleo", "dora")]
        photos = [make_photo(user) for user in people]
        start = timezone.now()
        for number in range(8):
            who = number // 2
            moment = start + timedelta(seconds=number)
            make_job(people[who], photo=photos[who], styles=[style], created_at=moment)

        jobs = together(*[job_queue.claim] * 4)

        assert {job.owner for job in jobs if isinstance(job, Job)} == set(people)


class TestAheadOfNew:
    def test_is_the_same_after_the_job_was_submitted(self) -> None:
        people = [make_user(f"person-{number}") for number in range(4)]
        for person, jobs in zip(people, (3, 1, 0, 2), strict=True):
            for _ in range(jobs):
                make_job(person)
        for _ in range(2):
            claimed = job_queue.claim()
            assert claimed is not None
            end(claimed)
        for person in people:
            person.refresh_from_db()
            predicted = fairness.ahead_of_new(person, Job.objects.filter(state="queued"))
            job = make_job(person)
            assert fairness.waiting_ahead(job) == predicted
            job.delete()
