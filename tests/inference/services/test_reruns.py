"""Tests of jobs that retry or continue an ended job."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.services.jobs import cancel_job, delete_job
from inference.services.refusals import (
    NothingToContinue,
    NothingToRetry,
    QuotaExceeded,
    StyleUnavailable,
)
from inference.services.reruns import continue_job, more_steps, retry_job
from library.models import Style
from style_transfer.core.spec import TransferSpec
from tests.support.factories import finished_job, make_job, make_style

pytestmark = pytest.mark.django_db
SLOW = TransferSpec(method="optimize", size=64, steps=3)
State = Job.State


def ended(owner: User, state: str = "failed", **fields: object) -> Job:
    """Return a job of `owner` that ended without a result."""
    return make_job(owner, state=state, completed_at=timezone.now(), **fields)  # type: ignore[arg-type]


def painted(owner: User) -> Job:
    """Return a job of `owner` whose painting can be continued."""
    saved = default_storage.save("jobs/painting.state", ContentFile(b"as far as it came"))
    return finished_job(owner, spec=SLOW, saved=saved)


class TestRetryJob:
    @pytest.mark.parametrize("state", ["failed", "canceled", "expired"])
    def test_submits_the_same_request_again(self, alice: User, state: str) -> None:
        styles = [make_style("woodcut"), make_style("mosaic")]
        first = ended(alice, state, styles=styles, spec=SLOW)

        job, created = retry_job(job=first)

        assert created
        assert (job.state, job.retry_of, job.continues) == (State.QUEUED, first.pk, None)
        assert (job.owner, job.photo, job.spec) == (alice, first.photo, first.spec)
        assert {use.style for use in job.job_styles.all()} == set(styles)
        assert Job.objects.get(pk=first.pk).state == state

    def test_returns_the_same_job_for_a_repeated_request(self, alice: User) -> None:
        first = ended(alice)

        job, _ = retry_job(job=first)

        assert retry_job(job=first) == (job, False)
        assert Job.objects.count() == 2

    def test_can_be_tried_any_number_of_times(self, alice: User) -> None:
        job = ended(alice)
        for _ in range(3):
            job = cancel_job(job=retry_job(job=job)[0])

        assert Job.objects.filter(state=State.CANCELED).count() == 3

    def test_refuses_a_job_that_waits_runs_or_is_done(self, alice: User) -> None:
        make_job(alice)
        running = job_queue.claim()
        assert running is not None
        for job in (running, make_job(alice), finished_job(alice)):
            with pytest.raises(NothingToRetry) as refusal:
                retry_job(job=job)
            assert (refusal.value.code, refusal.value.status) == ("nothing_to_retry", 409)
        assert Job.objects.count() == 3

    def test_needs_a_style_that_is_still_in_the_library(self, alice: User) -> None:
        style = make_style("woodcut")
        job = ended(alice, styles=[style])
        Style.objects.filter(pk=style.pk).update(state=Style.State.WITHDRAWN)

        with pytest.raises(StyleUnavailable):
            retry_job(job=job)

    def test_keeps_to_the_limits(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 0

        with pytest.raises(QuotaExceeded):
            retry_job(job=ended(alice))

    def test_continues_the_same_painting(self, alice: User) -> None:
        first = painted(alice)
        second = cancel_job(job=continue_job(job=first)[0])

        third, _ = retry_job(job=second)

        assert (third.retry_of, third.continues) == (second.pk, first.pk)

    def test_cannot_continue_a_deleted_painting(self, alice: User) -> None:
        first = painted(alice)
        second = cancel_job(job=continue_job(job=first)[0])
        delete_job(job=first)

        with pytest.raises(NothingToContinue):
            retry_job(job=second)


class TestContinueJob:
    def test_submits_a_job_of_more_steps(self, alice: User) -> None:
        first = painted(alice)

        job, created = continue_job(job=first)

        assert created
        assert (job.state, job.continues, job.retry_of) == (State.QUEUED, first.pk, None)
        assert job.spec == first.spec | {"steps": more_steps(first)}
        assert Job.objects.get(pk=first.pk).result == first.result

    def test_returns_the_same_job_for_a_repeated_request(self, alice: User) -> None:
        first = painted(alice)

        job, _ = continue_job(job=first)

        assert continue_job(job=first) == (job, False)

    def test_refuses_a_job_that_was_painted_at_once(self, alice: User) -> None:
        with pytest.raises(NothingToContinue, match="optimize") as refusal:
            continue_job(job=finished_job(alice, spec=TransferSpec(size=64)))

        assert (refusal.value.code, refusal.value.status) == ("nothing_to_continue", 409)

    def test_refuses_a_job_without_a_result(self, alice: User) -> None:
        for job in (make_job(alice, spec=SLOW), ended(alice, spec=SLOW)):
            with pytest.raises(NothingToContinue):
                continue_job(job=job)

    def test_keeps_to_the_limits(self, alice: User, settings: Settings) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 1

        with pytest.raises(QuotaExceeded):
            continue_job(job=painted(alice))
