"""Tests of the dict that describes a job to every client."""

import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from inference.files.stored import StoredPicture
from inference.live.snapshots.job import JobSnapshot, job_snapshot
from inference.models import Job
from inference.queue import jobs as job_queue
from tests.support.factories import finished_job, make_job, make_photo, make_style

pytestmark = pytest.mark.django_db


def snapshot_of(job: Job) -> JobSnapshot:
    return job_snapshot(Job.objects.with_parts().get(pk=job.pk))


class TestJobSnapshot:
    def test_is_plain_json(self) -> None:
        snapshot = snapshot_of(finished_job())

        assert json.loads(json.dumps(snapshot)) == snapshot

    def test_shows_the_place_of_a_waiting_job(self, alice: User) -> None:
        make_job()
        snapshot = snapshot_of(make_job(alice))

        assert snapshot["state"] == "queued"
        assert snapshot["queue"] == {"position": 2, "ahead": 1}
        assert snapshot["progress"] == {"fraction": 0.0, "done": 0, "total": 0}
        assert (snapshot["preview"], snapshot["result"], snapshot["error"]) == (None, None, None)
        assert (snapshot["started_at"], snapshot["completed_at"]) == (None, None)

    def test_shows_progress_and_preview_by_address(self, alice: User) -> None:
        job = make_job(alice)
        running = job_queue.claim()
        assert running is not None
        preview = StoredPicture("jobs/preview.webp", 64, 43)
        job_queue.record_progress(running, done=3, total=8, stage="painting", preview=preview)

        snapshot = snapshot_of(job)

        assert snapshot["progress"] == {"fraction": 0.375, "done": 3, "total": 8}
        assert snapshot["preview"] == {
            "url": f"/media/jobs/{job.pk}/preview/1/",
            "width": 64,
            "height": 43,
            "version": 1,
        }
        assert (snapshot["stage"], snapshot["seq"], snapshot["attempt"]) == ("painting", 3, 1)
        assert snapshot["metrics"]["queue_s"] is not None

    def test_shows_the_result_of_a_finished_job(self) -> None:
        job = finished_job()

        snapshot = snapshot_of(job)

        assert snapshot["result"] == {
            "url": f"/media/jobs/{job.pk}/result/",
            "width": 64,
            "height": 43,
        }
        assert snapshot["progress"]["fraction"] == 1.0
        assert snapshot["artwork"] is None

    def test_says_why_a_job_failed_and_whether_to_try_again(self) -> None:
        ended: dict[str, Any] = {
            "state": Job.State.FAILED,
            "completed_at": timezone.now(),
            "error_hint": "Wait.",
        }

        crashed = snapshot_of(make_job(error_code="crashed", **ended))
        unreadable = snapshot_of(make_job(error_code="input_unreadable", **ended))

        assert crashed["error"] == {"code": "crashed", "hint": "Wait.", "retryable": True}
        assert unreadable["error"] is not None
        assert not unreadable["error"]["retryable"]

    def test_names_styles_by_weight_and_what_they_allow(self, alice: User) -> None:
        styles = [make_style("wave"), make_style("night", license="CC-BY-SA-4.0")]
        job = make_job(alice, styles=styles)
        job.job_styles.filter(style=styles[1]).update(weight=2.0)

        snapshot = snapshot_of(job)

        assert [style["style"] for style in snapshot["styles"]] == ["night", "wave"]
        assert snapshot["styles"][0]["weight"] == 2.0
        assert snapshot["license"]["publishable"] == ["CC-BY-SA-4.0"]

    def test_never_names_a_file_of_the_disk(self) -> None:
        job = finished_job()

        text = json.dumps(snapshot_of(job))

        assert job.result not in text
        assert job.preview not in text

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        photo = make_photo(alice)
        styles = [make_style("wave"), make_style("night")]
        for _ in range(5):
            finished_job(alice, photo=photo, styles=styles)

        with django_assert_num_queries(3):
            assert len([job_snapshot(job) for job in Job.objects.with_parts()]) == 5
