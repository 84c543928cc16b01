"""Tests of events: a snapshot to begin with, then what changed, as it is now."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from inference.live import events
from inference.live.events import events_since, snapshot_event
from inference.live.snapshots.job import job_snapshot
from inference.live.snapshots.sheet import proof_snapshot
from inference.models import Batch, Job
from inference.services.jobs import cancel_job, delete_job
from inference.services.photos import delete_photo
from tests.support.factories import finished_job, make_job, make_photo, make_sheet, make_style

pytestmark = pytest.mark.django_db


def fresh(job: Job) -> Job:
    return Job.objects.with_parts().get(pk=job.pk)


class TestSnapshot:
    def test_shows_active_and_recent_jobs(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "RECENT_JOBS", 2)
        waiting = make_job(alice)
        photo, style = waiting.photo, waiting.styles.get()
        ended = [finished_job(alice, photo=photo, styles=[style]) for _ in range(3)]

        event = snapshot_event(alice.pk)

        ids = [job["id"] for job in event["data"]["jobs"]]
        assert ids == [str(job.pk) for job in (ended[2], ended[1], waiting)]
        assert event["seq"] == 4

    def test_is_sent_to_a_client_without_a_cursor(self, alice: User) -> None:
        make_job(alice)

        page = events_since(alice.pk, None)

        assert page == {
            "seq": 1,
            "cursor": 1,
            "more": False,
            "events": [snapshot_event(alice.pk)],
        }


class TestSince:
    def test_describes_each_row_as_it_is_now(self, alice: User) -> None:
        job, sheet = make_job(alice), make_sheet(alice)
        cancel_job(job=job)

        page = events_since(alice.pk, 0)

        assert page["events"] == [
            {"type": "job", "seq": 1, "cursor": 1, "data": job_snapshot(fresh(job))},
            {"type": "proof", "seq": 2, "cursor": 2, "data": proof_snapshot(sheet)},
        ]
        assert page["seq"] == 2

    def test_names_the_batch_of_each_job(self, alice: User) -> None:
        batch = Batch.objects.create(owner=alice, request_digest="d" * 64)
        jobs = [make_job(alice, in_batch=batch) for _ in range(2)]
        before = events_since(alice.pk, 0)["seq"]
        cancel_job(job=jobs[1])

        page = events_since(alice.pk, before)

        told = [(each["data"]["id"], each["data"]["batch"]) for each in page["events"]]
        assert told == [(str(jobs[1].pk), str(batch.pk))]

    def test_names_deleted_jobs(self, alice: User, media_root: object) -> None:
        job, photo = make_job(alice), make_photo(alice)
        with_photo = finished_job(alice, photo=photo)
        cursor = events_since(alice.pk, None)["seq"]

        ids = [str(each.pk) for each in (job, with_photo)]
        delete_job(job=job)
        delete_photo(photo=photo)

        page = events_since(alice.pk, cursor)
        assert {event["type"] for event in page["events"]} == {"gone"}
        assert [event["data"]["job"] for event in page["events"]] == ids

    def test_starts_again_at_an_unknown_cursor(self, alice: User) -> None:
        make_job(alice)

        page = events_since(alice.pk, 7)

        assert [event["type"] for event in page["events"]] == ["resync_required", "snapshot"]
        assert (page["seq"], page["more"]) == (1, False)

    def test_comes_in_pages(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "EVENTS_AT_ONCE", 2)
        photo, style = make_photo(alice), make_style()
        for _ in range(3):
            make_job(alice, photo=photo, styles=[style])

        first = events_since(alice.pk, 0)
        second = events_since(alice.pk, first["seq"])

        assert [event["seq"] for event in first["events"]] == [1, 2]
        assert [event["seq"] for event in second["events"]] == [3]
        assert (first["more"], second["more"]) == (True, False)

    def test_costs_little_when_nothing_changed(self, alice: User) -> None:
        make_job(alice)
        cursor = events_since(alice.pk, 0)["seq"]

        with CaptureQueriesContext(
            connection,
        ) as queries:
            events_since(alice.pk, cursor)

        assert len(queries) <= 8
