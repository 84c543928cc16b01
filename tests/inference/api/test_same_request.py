"""Tests of the same request in the API hours later: 200, or a refusal that says what to do."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from inference.live.change_log import prune_deleted
from inference.models import DeletedJob, Job
from tests.support.clients import app_of, assert_problem
from tests.support.factories import make_photo, make_style

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"


@pytest.fixture
def body(alice: User, wakeups: list[str]) -> dict[str, Any]:
    """Return a valid request of alice."""
    return {"photo": str(make_photo(alice).pk), "styles": [{"style": make_style().slug}]}


@pytest.mark.parametrize("way", ["PUT", "POST"])
def test_finds_its_job_a_day_later(alice: User, body: dict[str, Any], way: str) -> None:
    app = app_of(alice)

    def ask() -> Any:
        if way == "PUT":
            return app.put(f"{JOBS}{job_id}/", body)
        return app.post(JOBS, body, headers={"Idempotency-Key": str(job_id)})

    job_id = uuid4()
    first = ask()
    a_day_ago = timezone.now() - timedelta(hours=23)
    Job.objects.update(created_at=a_day_ago, state="failed", completed_at=a_day_ago)

    again = ask()

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["state"] == "failed"


def test_is_refused_for_two_days_after_the_job_was_deleted(
    alice: User, body: dict[str, Any]
) -> None:
    app, address = app_of(alice), f"{JOBS}{uuid4()}/"
    app.put(address, body)
    app.delete(address)

    problem = assert_problem(app.put(address, body), 409, "job_deleted")
    assert problem["detail"].endswith("Use a new id.")
    assert not Job.objects.exists()

    DeletedJob.objects.update(gone_at=timezone.now() - timedelta(hours=48, minutes=1))
    prune_deleted()
    assert app.put(address, body).status_code == 201


def test_makes_a_new_job_after_a_longer_absence(alice: User, body: dict[str, Any]) -> None:
    app, address = app_of(alice), f"{JOBS}{uuid4()}/"
    app.put(address, body)
    place = app.get("/api/v1/events/").json()["seq"]
    app.delete(address)
    DeletedJob.objects.update(gone_at=timezone.now() - timedelta(hours=49))
    prune_deleted()

    answer = app.get("/api/v1/events/", {"since": place}).json()

    assert [event["type"] for event in answer["events"]] == ["resync_required", "snapshot"]
    assert app.get("/api/v1/events/", {"since": answer["seq"]}).json()["events"] == []
