"""Tests of a method that is no longer installed: its jobs are shown, but not painted."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from inference import worker
from inference.api.waiting import wait_for_end
from inference.live import broadcast
from inference.live.snapshots.job import job_snapshot
from inference.models import Job
from inference.pages.overview import overview
from inference.queue.fairness import goes_beside, most_beside, next_in_turn
from inference.services.refusals import MethodMissing
from inference.services.reruns import continue_job, retry_job
from tests.support.factories import finished_job, make_job, make_photo, make_style

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
GONE = "gone"
State = Job.State


def without_method(job: Job) -> Job:
    """Give `job` a method that is not in the catalog."""
    Job.objects.filter(pk=job.pk).update(spec={**job.spec, "method": GONE})
    return Job.objects.with_parts().get(pk=job.pk)


def client_of(user: User, kind: type[Any] = Client) -> Any:
    client = kind()
    client.force_login(user)
    return client


@pytest.fixture
def waiting(alice: User) -> Job:
    return without_method(make_job(alice, paint_p50=1.0, paint_p90=2.0))


@pytest.fixture
def failed(alice: User) -> Job:
    return without_method(make_job(alice, state="failed", completed_at=timezone.now()))


@pytest.fixture
def kept(alice: User) -> Job:
    saved = default_storage.save("jobs/painting.state", ContentFile(b"as far as it came"))
    return without_method(finished_job(alice, saved=saved))


class TestIsShown:
    @pytest.mark.parametrize("which", ["waiting", "failed", "kept"])
    def test_on_its_page(self, which: str, request: pytest.FixtureRequest, alice: User) -> None:
        job = request.getfixturevalue(which)
        assert client_of(alice).get(job.get_absolute_url()).status_code == 200

    @pytest.mark.parametrize("which", ["waiting", "failed", "kept"])
    def test_in_the_list_and_in_the_api(
        self, which: str, request: pytest.FixtureRequest, alice: User
    ) -> None:
        job = request.getfixturevalue(which)
        assert str(job.pk) in client_of(alice).get("/jobs/").content.decode()
        client = client_of(alice, APIClient)
        assert client.get("/api/v1/jobs/").json()["results"][0]["method"] == GONE
        assert client.get(f"/api/v1/jobs/{job.pk}/").json()["spec"]["method"] == GONE

    def test_to_the_socket(self, waiting: Job) -> None:
        assert job_snapshot(waiting)["method"] == GONE
        broadcast.publish(waiting.pk)

    def test_to_operators_who_count_it(self, waiting: Job) -> None:
        seen = overview(with_names=True)
        assert [line.method for line in seen.methods][-1] == GONE
        assert seen.waiting == 1

    def test_on_the_page_of_operators(self, waiting: Job, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
        page = client_of(User.objects.get(pk=alice.pk)).get("/operators/queue/")
        assert GONE in page.content.decode()


class TestIsNotPainted:
    def test_ends_as_failed_and_says_why(self, waiting: Job) -> None:
        assert worker.serve_next() is worker.Served.TO_THE_END
        waiting.refresh_from_db()
        assert (waiting.state, waiting.error_code) == (State.FAILED, "method_missing")
        assert waiting.error_hint == ("This method is no longer installed. Choose another method.")

    def test_is_claimed_alone(self, waiting: Job) -> None:
        other = make_job()
        assert most_beside(waiting) == 0
        assert not goes_beside(waiting, other)
        assert next_in_turn(immediate=True) == other

    def test_holds_no_reply(self, waiting: Job) -> None:
        assert not wait_for_end(waiting, 5)


class TestIsNotAskedAgain:
    def test_retry_is_refused(self, failed: Job) -> None:
        with pytest.raises(MethodMissing, match="no longer installed"):
            retry_job(job=failed)

    def test_continuing_is_refused(self, kept: Job) -> None:
        with pytest.raises(MethodMissing, match="no longer installed"):
            continue_job(job=kept)

    @pytest.mark.parametrize(("which", "deed"), [("failed", "retry"), ("kept", "continue")])
    def test_the_api_says_so(
        self, which: str, deed: str, request: pytest.FixtureRequest, alice: User
    ) -> None:
        job = request.getfixturevalue(which)
        reply = client_of(alice, APIClient).post(f"/api/v1/jobs/{job.pk}/{deed}/")
        assert (reply.status_code, reply.json()["code"]) == (422, "method_missing")

    @pytest.mark.parametrize(("which", "deed"), [("failed", "retry"), ("kept", "continue")])
    def test_the_page_says_so(
        self, which: str, deed: str, request: pytest.FixtureRequest, alice: User
    ) -> None:
        job = request.getfixturevalue(which)
        page = client_of(alice).post(f"{job.get_absolute_url()}{deed}/", follow=True)
        assert "no longer installed" in page.content.decode()

    def test_a_new_job_of_it_is_refused(self, alice: User) -> None:
        body = {
            "photo": str(make_photo(alice).pk),
            "styles": [{"style": make_style().slug}],
            "method": GONE,
        }
        reply = client_of(alice, APIClient).post("/api/v1/jobs/", body, format="json")
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
        assert "method" in str(reply.json()["errors"])
