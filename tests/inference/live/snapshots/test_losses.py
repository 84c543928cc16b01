"""The losses of a job in its snapshot and in the API."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from inference.live.snapshots.job import job_snapshot
from inference.live.snapshots.losses import latest_losses, loss_curve
from inference.models import Job, LossCurve
from tests.support.clients import session_of
from tests.support.factories import make_job

pytestmark = pytest.mark.django_db
FIRST = [1, 0.0, 8.0, 0.1, 8.1]
SECOND = [2, 0.5, 4.0, 0.1, 4.6]
LATEST = {"step": 2, "content": 0.5, "style": 4.0, "variation": 0.1, "total": 4.6}


def job_with_curve(owner: User, *, attempt: int = 1, of_attempt: int = 1) -> Job:
    job = make_job(owner, attempt=attempt)
    LossCurve.objects.create(job=job, attempt=of_attempt, latest=SECOND, points=[FIRST, SECOND])
    return Job.objects.with_parts().get(pk=job.pk)


def test_puts_the_latest_losses_into_the_snapshot(alice: User) -> None:
    assert job_snapshot(job_with_curve(alice))["losses"] == LATEST


def test_has_none_for_a_job_without_a_curve(alice: User) -> None:
    job = make_job(alice)
    assert job_snapshot(Job.objects.with_parts().get(pk=job.pk))["losses"] is None
    assert loss_curve(job) == {"attempt": None, "points": []}


def test_forgets_the_losses_of_an_attempt_before(alice: User) -> None:
    job = job_with_curve(alice, attempt=2, of_attempt=1)
    assert latest_losses(job) is None
    assert loss_curve(job)["points"] == []


def test_reads_no_points_for_a_snapshot(alice: User) -> None:
    job = job_with_curve(alice)
    with CaptureQueriesContext(connection) as queries:
        latest_losses(Job.objects.with_parts().get(pk=job.pk))
    assert all('"points"' not in query["sql"] for query in queries)


def test_gives_the_whole_curve_to_its_owner_only(alice: User, bob: User) -> None:
    job = job_with_curve(alice)
    path = f"/api/v1/jobs/{job.pk}/losses/"
    curve = session_of(alice).get(path).json()
    assert curve["attempt"] == 1
    assert [each["step"] for each in curve["points"]] == [1, 2]
    assert curve["points"][-1] == LATEST
    assert session_of(bob).get(path).status_code == 404
    assert session_of(alice).get(f"/api/v1/jobs/{uuid4()}/losses/").status_code == 404
