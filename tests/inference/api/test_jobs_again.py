"""Tests of retrying and continuing jobs in the API."""

import pytest
from django.utils import timezone

from accounts.models import User
from style_transfer.core.spec import TransferSpec
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job, make_job

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"


class TestAgain:
    def test_retries_a_job_without_a_result(self, alice: User) -> None:
        job = make_job(alice, state="canceled", completed_at=timezone.now())
        client, address = session_of(alice), f"{JOBS}{job.pk}/retry/"
        assert client.get(f"{JOBS}{job.pk}/").json()["can_retry"] is True

        first, second = client.post(address), client.post(address)

        assert (first.status_code, second.status_code) == (201, 200)
        again = first.json()
        assert again["id"] == second.json()["id"] != str(job.pk)
        assert (again["state"], again["retry_of"]) == ("queued", str(job.pk))
        assert first["Location"] == f"{JOBS}{again['id']}/"

    def test_does_not_retry_a_finished_job(self, alice: User) -> None:
        response = session_of(alice).post(f"{JOBS}{finished_job(alice).pk}/retry/")
        assert_problem(response, 409, "nothing_to_retry")

    def test_continues_a_painting(self, alice: User) -> None:
        job = finished_job(alice, saved="jobs/painting.state", spec=TransferSpec("optimize"))
        client, address = session_of(alice), f"{JOBS}{job.pk}/continue/"
        assert client.get(f"{JOBS}{job.pk}/").json()["can_continue"] is True

        first, second = client.post(address), client.post(address)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["continues"] == str(job.pk)
        assert first.json()["spec"]["steps"] == 12

    def test_cannot_continue_a_job_that_was_painted_in_one_pass(self, alice: User) -> None:
        response = session_of(alice).post(f"{JOBS}{finished_job(alice).pk}/continue/")
        assert_problem(response, 409, "nothing_to_continue")
