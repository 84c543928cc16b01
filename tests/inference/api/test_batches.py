"""Tests of batches in the API: only the owner can submit, watch and cancel them."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from inference.live.snapshots.batch import batch_snapshot
from inference.models import Batch, Job, Photo
from library.models import Style
from tests.support.clients import app_of, assert_problem, session_of
from tests.support.documents import assert_described, component
from tests.support.factories import finished_job, make_photo, make_style

pytestmark = pytest.mark.django_db
BATCHES = "/api/v1/batches/"
Body = dict[str, Any]


@pytest.fixture
def photos(alice: User) -> list[Photo]:
    return [make_photo(alice, seed=seed) for seed in (1, 2)]


@pytest.fixture
def styles() -> list[Style]:
    return [make_style(name) for name in ("woodcut", "mosaic")]


@pytest.fixture
def body(photos: list[Photo], styles: list[Style]) -> Body:
    """Return a valid request."""
    return {
        "photos": [str(photo.pk) for photo in photos],
        "styles": [style.slug for style in styles],
        "spec": {"strength": 0.5, "size": 256},
    }


class TestPost:
    def test_makes_a_job_for_each_pair(self, alice: User, body: Body) -> None:
        response = session_of(alice).post(BATCHES, body)

        assert response.status_code == 201
        answer = response.json()
        assert response["Location"] == f"{BATCHES}{answer['id']}/"
        assert answer["progress"] == {"fraction": 0.0, "done": 0, "total": 4}
        pairs = [(job["photo"], job["style"]) for job in answer["jobs"]]
        assert pairs == [(photo, style) for photo in body["photos"] for style in body["styles"]]
        assert {job.spec["strength"] for job in Job.objects.all()} == {0.5}
        assert answer["states"]["queued"] == 4

    def test_makes_one_batch_for_one_key(self, alice: User, body: Body) -> None:
        headers = {"Idempotency-Key": "holiday"}
        client = session_of(alice)
        first, second = (client.post(BATCHES, body, headers=headers) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        other = client.post(BATCHES, body | {"spec": {}}, headers=headers)
        assert_problem(other, 422, "job_conflict")
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"photos": []}, "invalid", "photos"),
            ({"styles": ["woodcut", "unheard-of"]}, "style_unavailable", "styles.1"),
            ({"spec": {"strength": 7}}, "invalid", "spec.strength"),
            ({"method": "magic"}, "invalid", "method"),
        ],
    )
    def test_names_the_wrong_field(
        self, alice: User, body: Body, change: Body, code: str, field: str
    ) -> None:
        problem = assert_problem(session_of(alice).post(BATCHES, body | change), 422, code)
        assert [each["field"] for each in problem["errors"]] == [field]
        assert not Job.objects.exists()

    def test_does_not_know_the_photo_of_another_user(
        self, alice: User, bob: User, body: Body
    ) -> None:
        photos = [body["photos"][0], str(make_photo(bob).pk)]
        problem = assert_problem(
            session_of(alice).post(BATCHES, body | {"photos": photos}), 422, "unknown_photo"
        )
        assert problem["errors"][0]["field"] == "photos.1"

    def test_accepts_all_jobs_or_none(self, alice: User, body: Body, settings: Any) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 3
        refusal = session_of(alice).post(BATCHES, body)
        assert_problem(refusal, 429, "too_many_jobs")
        assert int(refusal["Retry-After"]) >= 1
        assert not Job.objects.exists()

    def test_refuses_a_token_that_may_only_read(self, alice: User, body: Body) -> None:
        response = app_of(alice, "jobs:read").post(BATCHES, body)
        assert_problem(response, 403, "insufficient_scope")


class TestGet:
    @pytest.fixture
    def address(self, alice: User, body: Body) -> str:
        return str(session_of(alice).post(BATCHES, body)["Location"])

    def test_adds_up_the_progress_of_all_jobs(self, alice: User, address: str) -> None:
        jobs = list(Job.objects.order_by("created_at"))
        session_of(alice).post(f"/api/v1/jobs/{jobs[0].pk}/cancel/")
        Job.objects.filter(pk=jobs[1].pk).update(done=1, total=2)

        answer = session_of(alice).get(address).json()

        assert answer["progress"] == {"fraction": 0.375, "done": 1, "total": 4}
        assert (answer["states"]["canceled"], answer["states"]["queued"]) == (1, 3)
        assert [job["fraction"] for job in answer["jobs"]] == [0.0, 0.5, 0.0, 0.0]
        assert [job["completed_at"] is None for job in answer["jobs"]] == [False, True, True, True]
        assert answer["jobs"][0]["style_title"] == Style.objects.get(slug="woodcut").title

    def test_describes_every_part_of_the_snapshot(self, alice: User, address: str) -> None:
        snapshot = batch_snapshot(Batch.objects.get())
        assert_described(snapshot, component("Batch"))
        assert snapshot["jobs"]
        assert session_of(alice).get(address).json() == snapshot

    def test_names_the_latest_preview_of_each_job(self, alice: User, address: str) -> None:
        done = finished_job(alice, in_batch=Batch.objects.get(), styles=[make_style("linocut")])
        jobs = session_of(alice).get(address).json()["jobs"]
        previews = [job["preview"] for job in jobs]
        assert previews[:4] == [None] * 4
        assert previews[4]["url"] == reverse("job-preview", args=[done.pk, done.preview_version])

    def test_is_named_by_its_jobs(self, alice: User, address: str) -> None:
        batch = session_of(alice).get(address).json()
        job = session_of(alice).get(f"/api/v1/jobs/{batch['jobs'][0]['id']}/").json()
        assert job["batch"] == batch["id"]

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, address: str, django_assert_max_num_queries: Any
    ) -> None:
        client = session_of(alice)
        with django_assert_max_num_queries(6):
            client.get(address)

    def test_costs_nothing_to_poll_while_nothing_changes(self, alice: User, address: str) -> None:
        client = session_of(alice)
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304

    def test_hides_the_batch_of_another_like_what_does_not_exist(
        self, bob: User, address: str
    ) -> None:
        client = session_of(bob)
        theirs, nothing = client.get(address), client.get(f"{BATCHES}{uuid4()}/")
        assert_problem(theirs, 404, "not_found")
        assert theirs.content == nothing.content

    def test_requires_sign_in_first(self, address: str) -> None:
        for each in (address, f"{BATCHES}{uuid4()}/"):
            assert_problem(APIClient().get(each), 401, "not_authenticated")


class TestCancel:
    def test_cancels_all_jobs_and_is_safe_to_repeat(self, alice: User, body: Body) -> None:
        client = session_of(alice)
        address = client.post(BATCHES, body)["Location"]
        first, second = client.post(f"{address}cancel/"), client.post(f"{address}cancel/")
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert first.json()["states"]["canceled"] == 4
        assert first.json()["progress"]["fraction"] == 1.0

    def test_does_not_reach_the_batch_of_another(self, alice: User, bob: User, body: Body) -> None:
        address = session_of(alice).post(BATCHES, body)["Location"]
        assert_problem(session_of(bob).post(f"{address}cancel/"), 404, "not_found")
        assert_problem(APIClient().post(f"{address}cancel/"), 401, "not_authenticated")
        assert set(Job.objects.values_list("state", flat=True)) == {"queued"}
