"""A repeated request finds its job, even if it comes late; see also tests/faults."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from inference.live.change_log import prune_deleted
from inference.models import DeletedJob, Job
from inference.services.jobs import delete_job, submit_job
from inference.services.photos import delete_photo
from inference.services.refusals import JobConflict, JobDeleted
from inference.services.reruns import retry_job
from style_transfer.core.spec import TransferSpec
from tests.support.factories import finished_job, make_job, make_photo, make_style

pytestmark = pytest.mark.django_db
ENDED = {
    "succeeded": {"state": "succeeded", "result": "jobs/gone.jpg"},
    "failed": {"state": "failed", "error_code": "timeout"},
    "canceled": {"state": "canceled"},
    "expired": {"state": "expired"},
}


@pytest.fixture
def request_of_alice(alice: User, wakeups: list[str]) -> dict[str, Any]:
    """Return a request that alice may repeat."""
    return {
        "owner": alice,
        "photo": make_photo(alice),
        "styles": [(make_style(), 1.0)],
        "spec": TransferSpec(size=64),
        "job_id": uuid4(),
    }


def hours_ago(hours: float) -> Any:
    return timezone.now() - timedelta(hours=hours)


class TestOfAJobThatIsThere:
    @pytest.mark.parametrize("hours", [0, 23, 24 * 30])
    def test_finds_it(self, request_of_alice: dict[str, Any], hours: int) -> None:
        job, _new = submit_job(**request_of_alice)
        Job.objects.update(created_at=hours_ago(hours))

        assert submit_job(**request_of_alice) == (job, False)

    @pytest.mark.parametrize("end", ENDED.values(), ids=ENDED.keys())
    def test_finds_it_in_every_state(
        self, request_of_alice: dict[str, Any], end: dict[str, Any]
    ) -> None:
        job, _new = submit_job(**request_of_alice)
        Job.objects.update(created_at=hours_ago(23), completed_at=hours_ago(22), **end)

        again, new = submit_job(**request_of_alice)

        assert (again, again.state, new) == (job, end["state"], False)
        assert Job.objects.count() == 1


class TestOfAJobThatWasDeleted:
    def test_does_not_make_it_again(self, request_of_alice: dict[str, Any]) -> None:
        delete_job(job=submit_job(**request_of_alice)[0])
        DeletedJob.objects.update(gone_at=hours_ago(23))
        prune_deleted()

        with pytest.raises(JobDeleted) as refusal:
            submit_job(**request_of_alice)

        assert (refusal.value.code, refusal.value.status) == ("job_deleted", 409)
        assert not Job.objects.exists()

    def test_does_not_make_it_again_if_the_photo_was_deleted_too(
        self, alice: User, wakeups: list[str]
    ) -> None:
        job = finished_job(alice)
        job_id, spec = job.pk, TransferSpec(size=64)
        delete_photo(photo=job.photo)

        with pytest.raises(JobDeleted):
            submit_job(
                owner=alice,
                photo=make_photo(alice),
                styles=[(make_style(), 1.0)],
                spec=spec,
                job_id=job_id,
            )

    def test_is_a_new_request_after_two_days(self, request_of_alice: dict[str, Any]) -> None:
        first, _new = submit_job(**request_of_alice)
        delete_job(job=first)
        DeletedJob.objects.update(gone_at=hours_ago(48.1))
        prune_deleted()

        job, new = submit_job(**request_of_alice)

        assert (job.pk, new) == (request_of_alice["job_id"], True)

    def test_leaves_the_id_to_other_users(
        self, request_of_alice: dict[str, Any], bob: User
    ) -> None:
        delete_job(job=submit_job(**request_of_alice)[0])

        job, new = submit_job(**{**request_of_alice, "owner": bob, "photo": make_photo(bob)})

        assert (job.owner, new) == (bob, True)
        with pytest.raises(JobConflict):
            submit_job(**request_of_alice)

    def test_does_not_prevent_another_retry_of_the_same_job(
        self, alice: User, wakeups: list[str]
    ) -> None:
        failed = make_job(alice, state="failed", completed_at=timezone.now())
        delete_job(job=retry_job(job=failed)[0])

        again, new = retry_job(job=failed)

        assert (again.retry_of, new) == (failed.pk, True)
