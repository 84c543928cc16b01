"""Tests of jobs in the API: only the owner can create, watch, end and download them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from inference.live.snapshots.job import job_snapshot
from inference.models import Job, JobStyle, Photo
from library.models import Style
from style_transfer.core.spec import BOUNDS, MAX_STYLES
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.documents import assert_described, component
from tests.support.factories import finished_job, make_code_style, make_job, make_photo, make_style

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"
Body = dict[str, Any]


@pytest.fixture
def photo(alice: User) -> Photo:
    """Return a photo of alice."""
    return make_photo(alice)


@pytest.fixture
def style() -> Style:
    """Return a published style."""
    return make_style("great-wave")


@pytest.fixture
def body(photo: Photo, style: Style) -> Body:
    """Return a valid request."""
    return {
        "photo": str(photo.pk),
        "styles": [{"style": style.slug, "weight": 0.7}],
        "spec": {"strength": 0.5, "size": 256, "seed": 7},
    }


class TestPut:
    def test_makes_a_job_under_the_id_that_was_sent(self, alice: User, body: Body) -> None:
        job_id = uuid4()
        response = session_of(alice).put(f"{JOBS}{job_id}/", body)
        assert response.status_code == 201
        assert response["Location"] == f"{JOBS}{job_id}/"
        assert response.json()["id"] == str(job_id)
        assert response.json()["state"] == "queued"
        job = Job.objects.get()
        assert (job.pk, job.owner) == (job_id, alice)
        assert job.spec["strength"] == 0.5
        assert JobStyle.objects.get().weight == 0.7

    def test_finds_the_same_job_again(self, alice: User, body: Body) -> None:
        client, address = session_of(alice), f"{JOBS}{uuid4()}/"
        first, second = client.put(address, body), client.put(address, body)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        assert Job.objects.count() == 1

    def test_finds_it_after_it_was_done(self, alice: User, body: Body) -> None:
        client, address = session_of(alice), f"{JOBS}{uuid4()}/"
        client.put(address, body)
        client.post(f"{address}cancel/")
        again = client.put(address, body)
        assert (again.status_code, again.json()["state"]) == (200, "canceled")

    def test_refuses_another_body_under_the_same_id(self, alice: User, body: Body) -> None:
        client, address = session_of(alice), f"{JOBS}{uuid4()}/"
        client.put(address, body)
        other = client.put(address, body | {"spec": {"strength": 0.9}})
        assert_problem(other, 422, "job_conflict")
        assert Job.objects.get().spec["strength"] == 0.5

    def test_refuses_the_id_of_another_users_job(self, alice: User, bob: User, body: Body) -> None:
        theirs = make_job(bob)
        assert_problem(session_of(alice).put(f"{JOBS}{theirs.pk}/", body), 422, "job_conflict")
        assert Job.objects.get().owner == bob

    def test_refuses_an_id_that_is_no_uuid(self, alice: User, body: Body) -> None:
        assert_problem(session_of(alice).put(f"{JOBS}my-job/", body), 404, "not_found")


class TestPost:
    def test_makes_a_new_job_each_time(self, alice: User, body: Body) -> None:
        ids = {session_of(alice).post(JOBS, body).json()["id"] for _ in range(2)}
        assert len(ids) == 2

    def test_makes_one_job_for_one_key(self, alice: User, body: Body) -> None:
        headers = {"Idempotency-Key": "holiday-1"}
        first, second = (session_of(alice).post(JOBS, body, headers=headers) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]

    def test_refuses_another_body_for_the_same_key(self, alice: User, body: Body) -> None:
        headers = {"Idempotency-Key": "holiday-1"}
        session_of(alice).post(JOBS, body, headers=headers)
        other = session_of(alice).post(JOBS, body | {"spec": {}}, headers=headers)
        assert_problem(other, 422, "job_conflict")

    def test_keeps_the_keys_of_users_apart(self, alice: User, bob: User, body: Body) -> None:
        headers = {"Idempotency-Key": "holiday-1"}
        mine = session_of(alice).post(JOBS, body, headers=headers)
        theirs = session_of(bob).post(
            JOBS, body | {"photo": str(make_photo(bob).pk)}, headers=headers
        )
        assert (mine.status_code, theirs.status_code) == (201, 201)

    def test_refuses_a_key_that_is_too_long(self, alice: User, body: Body) -> None:
        response = session_of(alice).post(JOBS, body, headers={"Idempotency-Key": "x" * 256})
        assert_problem(response, 422, "key_too_long")

    def test_takes_the_defaults_of_the_engine(self, alice: User, body: Body) -> None:
        del body["spec"]
        spec = session_of(alice).post(JOBS, body).json()["spec"]
        assert (spec["method"], spec["strength"]) == ("fast", 0.75)

    def test_accepts_a_spec_from_a_snapshot(self, alice: User, body: Body) -> None:
        spec = session_of(alice).post(JOBS, body).json()["spec"]
        again = session_of(alice).post(JOBS, body | {"spec": spec})
        assert again.json()["spec"] == spec

    def test_refuses_too_many_waiting_jobs(self, alice: User, body: Body, settings: Any) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        assert session_of(alice).post(JOBS, body).status_code == 201
        assert_problem(session_of(alice).post(JOBS, body), 429, "too_many_jobs")
        assert Job.objects.count() == 1

    def test_ignores_fields_that_the_user_may_not_set(
        self, alice: User, bob: User, body: Body
    ) -> None:
        extra = {"id": str(uuid4()), "owner": bob.pk, "state": "succeeded", "attempt": 9}
        extra |= {"result": "x.jpg", "created_at": "2000-01-01T00:00:00Z", "seq": 99}
        session_of(alice).post(JOBS, body | extra)
        job = Job.objects.get()
        assert (job.owner, job.state, job.attempt, job.result) == (alice, "queued", 0, "")
        assert str(job.pk) != extra["id"]


class TestBadRequest:
    def refused(self, alice: User, body: Mapping[str, Any], code: str = "invalid") -> list[str]:
        """Send `body`, check the answer and return the fields it names."""
        response = session_of(alice).post(JOBS, body)
        problem = assert_problem(response, 422, code)
        assert not Job.objects.exists()
        return [each["field"] for each in problem["errors"]]

    @pytest.mark.parametrize("whose", ["another's", "nobody's"])
    def test_knows_only_the_users_photos(
        self, alice: User, bob: User, body: Body, whose: str
    ) -> None:
        pk = make_photo(bob).pk if whose == "another's" else uuid4()
        assert self.refused(alice, body | {"photo": str(pk)}, "unknown_photo") == ["photo"]

    def test_answers_both_alike(self, alice: User, bob: User, body: Body) -> None:
        theirs, nothing = (
            session_of(alice).post(JOBS, body | {"photo": str(pk)})
            for pk in (make_photo(bob).pk, uuid4())
        )
        assert theirs.content == nothing.content

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_says_that_a_method_needs_the_artwork_itself(self, alice: User, body: Body) -> None:
        make_code_style("night-cafe")
        styles = [*body["styles"], {"style": "night-cafe"}]
        sent = body | {"styles": styles, "method": "optimize"}
        assert_problem(session_of(alice).post(JOBS, sent), 422, "style_needs_picture")
        assert not Job.objects.exists()

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_knows_only_published_styles(self, alice: User, body: Body, state: str) -> None:
        make_style("hidden", state=state)
        styles = [*body["styles"], {"style": "hidden"}]
        fields = self.refused(alice, body | {"styles": styles}, "style_unavailable")
        assert fields == ["styles.1.style"]

    @pytest.mark.parametrize("name", sorted(BOUNDS))
    def test_passes_on_the_engine_s_bounds(self, alice: User, body: Body, name: str) -> None:
        bound = BOUNDS[name]
        for value in (bound.low - 1, bound.high + 1, "much", True):
            assert self.refused(alice, body | {"spec": {name: value}}) == [f"spec.{name}"]

    @pytest.mark.parametrize("name", sorted(BOUNDS))
    def test_takes_the_ends_of_the_bounds(self, alice: User, body: Body, name: str) -> None:
        bound = BOUNDS[name]
        for value in (bound.low, bound.high):
            response = session_of(alice).post(JOBS, body | {"spec": {name: value}})
            assert response.status_code == 201, response.content

    @pytest.mark.parametrize(
        "spec",
        [{"color": "red"}, {"features": "vgg20"}, {"sharpness": 1}, {"version": 99}, {"color": []}],
        ids=json.dumps,
    )
    def test_names_the_wrong_control(self, alice: User, body: Body, spec: Body) -> None:
        assert self.refused(alice, body | {"spec": spec}) == [f"spec.{key}" for key in spec]

    @pytest.mark.parametrize("spec", [[], "fast", 3, None], ids=json.dumps)
    def test_accepts_only_an_object_of_controls(self, alice: User, body: Body, spec: Any) -> None:
        assert self.refused(alice, body | {"spec": spec}) == ["spec"]

    def test_knows_only_the_methods_in_the_catalog(self, alice: User, body: Body) -> None:
        assert self.refused(alice, body | {"method": "magic"}) == ["method"]

    @pytest.mark.parametrize("weight", [0, -1, "NaN", "Infinity", "heavy", None])
    def test_accepts_only_weights_above_zero(self, alice: User, body: Body, weight: Any) -> None:
        styles = [{"style": "great-wave", "weight": weight}]
        assert self.refused(alice, body | {"styles": styles}) == ["styles.0.weight"]

    def test_takes_one_to_four_styles(self, alice: User, body: Body) -> None:
        many = [{"style": make_style(f"style-{n}").slug} for n in range(MAX_STYLES + 1)]
        assert self.refused(alice, body | {"styles": []}) == ["styles"]
        assert self.refused(alice, body | {"styles": many}) == ["styles"]
        assert session_of(alice).post(JOBS, body | {"styles": many[1:]}).status_code == 201

    def test_takes_each_style_once(self, alice: User, body: Body) -> None:
        twice = body["styles"] * 2
        assert self.refused(alice, body | {"styles": twice}) == ["styles"]

    def test_names_what_is_missing(self, alice: User) -> None:
        assert set(self.refused(alice, {})) == {"photo", "styles"}

    @pytest.mark.parametrize("raw", ["[]", '"x"', "null", "7"])
    def test_accepts_only_an_object(self, alice: User, raw: str) -> None:
        response = session_of(alice).post(JOBS, raw, content_type="application/json")
        assert_problem(response, 422, "invalid")

    def test_refuses_broken_json(self, alice: User) -> None:
        response = session_of(alice).post(JOBS, "{", content_type="application/json")
        assert_problem(response, 400, "malformed")


class TestRead:
    def test_answers_with_the_snapshot(self, alice: User) -> None:
        job = finished_job(alice)
        answer = session_of(alice).get(f"{JOBS}{job.pk}/").json()
        expected = job_snapshot(Job.objects.with_parts().get(pk=job.pk))
        assert answer == json.loads(json.dumps(expected))

    @pytest.mark.parametrize("make", [make_job, finished_job])
    def test_describes_every_field_of_the_snapshot(self, alice: User, make: Any) -> None:
        snapshot = job_snapshot(Job.objects.with_parts().get(pk=make(alice).pk))
        assert_described(snapshot, component("Job"))

    def test_lists_mine_newest_first(self, alice: User, bob: User) -> None:
        old, new = make_job(alice), make_job(alice)
        Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=1))
        make_job(bob)
        results = session_of(alice).get(JOBS).json()["results"]
        assert [each["id"] for each in results] == [str(new.pk), str(old.pk)]

    def test_filters_by_state(self, alice: User) -> None:
        waiting, done = make_job(alice), finished_job(alice)
        client = session_of(alice)
        for state, jobs in {
            "queued": {waiting},
            "succeeded": {done},
            "queued,succeeded": {waiting, done},
            "failed": set(),
        }.items():
            results = client.get(JOBS, {"state": state}).json()["results"]
            assert {each["id"] for each in results} == {str(job.pk) for job in jobs}, state

    def test_filters_by_moment(self, alice: User) -> None:
        old, new = make_job(alice), make_job(alice)
        Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=1))
        since = (timezone.now() - timedelta(minutes=1)).isoformat()
        results = session_of(alice).get(JOBS, {"since": since}).json()["results"]
        assert [each["id"] for each in results] == [str(new.pk)]

    @pytest.mark.parametrize(("name", "value"), [("state", "asleep"), ("since", "yesterday")])
    def test_refuses_an_unknown_filter(self, alice: User, name: str, value: str) -> None:
        body = assert_problem(session_of(alice).get(JOBS, {name: value}), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == [name]

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        client = session_of(alice)
        for _ in range(5):
            finished_job(alice)
        with django_assert_max_num_queries(6):
            assert len(client.get(JOBS).json()["results"]) == 5

    def test_costs_nothing_to_poll_while_nothing_changes(self, alice: User) -> None:
        job = make_job(alice)
        client, address = session_of(alice), f"{JOBS}{job.pk}/"
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        Job.objects.filter(pk=job.pk).update(seq=2)
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200

    @pytest.mark.parametrize("rest", ["", "file/", "file/?variant=preview"])
    def test_hides_a_job_of_another_like_what_does_not_exist(
        self, alice: User, bob: User, rest: str
    ) -> None:
        client, theirs = session_of(alice), finished_job(bob)
        private, nothing = (client.get(f"{JOBS}{pk}/{rest}") for pk in (theirs.pk, uuid4()))
        assert_problem(private, 404, "not_found")
        assert private.content == nothing.content
        assert private.headers == nothing.headers

    def test_requires_sign_in_first(self, alice: User) -> None:
        for pk in (make_job(alice).pk, uuid4()):
            for rest in ("", "file/"):
                assert_problem(APIClient().get(f"{JOBS}{pk}/{rest}"), 401, "not_authenticated")


class TestFile:
    def test_sends_result_and_preview_to_an_app(self, alice: User) -> None:
        job = finished_job(alice)
        app = app_of(alice, "jobs:read")
        for variant in ("result", "preview"):
            response = app.get(f"{JOBS}{job.pk}/file/", {"variant": variant})
            assert response["Content-Type"].startswith("image/")
            assert response["Cache-Control"] == "private, no-store"
            assert sent_file(response)

    def test_has_no_file_before_the_picture_is_made(self, alice: User) -> None:
        response = session_of(alice).get(f"{JOBS}{make_job(alice).pk}/file/")
        assert_problem(response, 404, "not_found")


class TestEnd:
    def test_cancels_and_is_safe_to_repeat(self, alice: User) -> None:
        client, address = session_of(alice), f"{JOBS}{make_job(alice).pk}/cancel/"
        first, second = client.post(address), client.post(address)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json()["state"] == second.json()["state"] == "canceled"
        assert first.json()["canceled_by"] == "owner"

    def test_does_not_cancel_a_finished_job(self, alice: User) -> None:
        job = finished_job(alice)
        response = session_of(alice).post(f"{JOBS}{job.pk}/cancel/")
        assert (response.status_code, response.json()["state"]) == (200, "succeeded")

    def test_stops_a_running_job_and_keeps_its_picture(self, alice: User) -> None:
        job = make_job(
            alice,
            state="running",
            lease=uuid4(),
            lease_until=timezone.now() + timedelta(minutes=1),
            attempt=1,
        )
        response = session_of(alice).post(f"{JOBS}{job.pk}/stop/")
        assert response.status_code == 200, response.content
        assert response.json()["stop_requested"] is True

    def test_has_nothing_to_keep_of_a_waiting_job(self, alice: User) -> None:
        response = session_of(alice).post(f"{JOBS}{make_job(alice).pk}/stop/")
        assert_problem(response, 409, "nothing_to_keep")

    def test_deletes_a_job(self, alice: User) -> None:
        job = finished_job(alice)
        assert session_of(alice).delete(f"{JOBS}{job.pk}/").status_code == 204
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        ("method", "rest"),
        [
            ("post", "cancel/"),
            ("post", "stop/"),
            ("post", "retry/"),
            ("post", "continue/"),
            ("delete", ""),
        ],
    )
    def test_does_not_reach_the_job_of_another(
        self, alice: User, bob: User, method: str, rest: str
    ) -> None:
        job = make_job(bob)
        response = getattr(session_of(alice), method)(f"{JOBS}{job.pk}/{rest}")
        assert_problem(response, 404, "not_found")
        assert Job.objects.get().state == "queued"

    def test_needs_the_scope_to_write(self, alice: User, body: Body) -> None:
        job = make_job(alice)
        reader = app_of(alice, "jobs:read", "photos:write", "artworks:write")
        for response in (
            reader.post(JOBS, body),
            reader.put(f"{JOBS}{uuid4()}/", body),
            reader.post(f"{JOBS}{job.pk}/cancel/"),
            reader.post(f"{JOBS}{job.pk}/stop/"),
            reader.post(f"{JOBS}{job.pk}/retry/"),
            reader.post(f"{JOBS}{job.pk}/continue/"),
            reader.delete(f"{JOBS}{job.pk}/"),
        ):
            assert_problem(response, 403, "insufficient_scope")
        assert Job.objects.get().state == "queued"
