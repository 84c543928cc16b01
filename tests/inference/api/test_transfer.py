"""A photo and styles in, a picture out: the call that does everything."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIClient

from accounts.models import User
from inference import worker
from inference.api.transfer import wants_picture
from inference.models import Job, Photo
from library.models import Style
from tests.common.test_storage import files_in
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.factories import (
    finished_job,
    make_own_style,
    make_picture,
    make_style,
    picture_bytes,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root", "wakeups"),
]
TRANSFER = "/api/v1/transfer/"


def picture(seed: int = 0, size: tuple[int, int] = (96, 64)) -> SimpleUploadedFile:
    data = picture_bytes(make_picture(size, seed=seed))
    return SimpleUploadedFile("private name.png", data)


def post(client: APIClient, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    body = {"content": picture(), "size": 64, **fields}
    return client.post(TRANSFER, body, format="multipart", headers=headers)


class TestRequest:
    def test_makes_a_job_of_a_photo_and_a_slug(self, alice: User) -> None:
        make_style("wave")
        response = post(app_of(alice), style="wave", strength=0.5, seed=7)
        assert response.status_code == 202
        job = response.json()
        assert response["Location"] == f"/api/v1/jobs/{job['id']}/"
        assert (job["state"], job["styles"][0]["style"]) == ("queued", "wave")
        spec = job["spec"]
        assert (spec["strength"], spec["seed"], spec["size"]) == (0.5, 7, 64)
        assert Photo.objects.get().owner == alice

    def test_makes_a_style_of_a_picture(self, alice: User) -> None:
        job = post(app_of(alice), style=picture(1)).json()
        style = Style.objects.get(owner=alice)
        assert job["styles"][0]["style"] == style.slug
        assert (style.state, style.license) == ("private", "unknown-rights")
        assert job["license"] == {"publishable": [], "reasons": ["unknown-rights"]}

    def test_takes_the_answer_about_the_rights(self, alice: User) -> None:
        job = post(app_of(alice), style=picture(1), rights="own-work").json()
        assert "CC0-1.0" in job["license"]["publishable"]

    def test_combines_slugs_and_pictures_with_weights(self, alice: User) -> None:
        make_style("wave")
        make_own_style(alice, "own-a")
        given = ["wave", picture(1), "own-a"]
        job = post(app_of(alice), style=given, weight=[3, 2, 1]).json()
        weights = {each["style"]: each["weight"] for each in job["styles"]}
        new = Style.objects.exclude(slug__in=["wave", "own-a"]).get().slug
        assert weights == {"wave": 3, "own-a": 2, new: 1}

    def test_repeats_with_a_key(self, alice: User) -> None:
        app, headers = app_of(alice), {"Idempotency-Key": "one"}
        one, again = (post(app, headers, style=picture(1)).json() for _ in range(2))
        assert one["id"] == again["id"]
        assert (Job.objects.count(), Photo.objects.count(), Style.objects.count()) == (1, 1, 1)
        assert_problem(post(app, headers, style=picture(1), seed=1), 422, "job_conflict")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"style": []}, "style"),
            ({"style": ["wave"] * 5}, "style"),
            ({"style": "x" * 100}, "style.0"),
            ({"style": "wave", "strength": 2}, "strength"),
            ({"style": "wave", "size": 10**9}, "size"),
            ({"style": "wave", "color": "pink"}, "color"),
            ({"style": "wave", "weight": [1, 2]}, "weight"),
            ({"style": "wave", "weight": [0]}, "weight.0"),
            ({"style": "wave", "weight": ["nan"]}, "weight.0"),
            ({"style": "wave", "content": "text"}, "content"),
        ],
    )
    def test_names_a_wrong_field(self, alice: User, fields: dict[str, Any], field: str) -> None:
        make_style("wave")
        body = assert_problem(post(app_of(alice), **fields), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == [field]
        assert not Photo.objects.exists()

    @pytest.mark.parametrize("slug", ["nothing", "own-b", "sketch"])
    def test_knows_no_style_of_another_user(self, alice: User, bob: User, slug: str) -> None:
        make_own_style(bob, "own-b")
        make_style("sketch", state="draft")
        assert_problem(post(app_of(alice), style=slug), 422, "style_unavailable")
        assert not Photo.objects.exists()

    @pytest.mark.parametrize(
        ("scopes", "style", "missing"),
        [
            (("jobs:write",), "wave", "photos:write"),
            (("jobs:write", "photos:write"), "file", "styles:write"),
            (("photos:write", "styles:write"), "wave", "jobs:write"),
        ],
    )
    def test_needs_the_scope_of_each_part(
        self, alice: User, scopes: tuple[str, ...], style: str, missing: str
    ) -> None:
        make_style("wave")
        given = picture(1) if style == "file" else style
        body = assert_problem(post(app_of(alice, *scopes), style=given), 403, "insufficient_scope")
        assert missing in body["detail"]
        assert not Photo.objects.exists()


class TestRefusal:
    def test_leaves_nothing_of_a_bad_style(self, alice: User, media_root: Path) -> None:
        given = picture(1, size=(64, 3200))
        assert_problem(post(app_of(alice), style=given), 422, "too_narrow")
        assert not Photo.objects.exists()
        assert files_in(media_root) == []

    def test_leaves_nothing_of_a_refused_job(
        self, alice: User, media_root: Path, settings: Settings
    ) -> None:
        settings.JOB_MAX_A_DAY_PER_USER = 0
        response = post(app_of(alice), style=picture(1))
        assert_problem(response, 429, "quota_exceeded")
        assert int(response["Retry-After"]) > 0
        assert not Photo.objects.exists()
        assert not Style.objects.exists()
        assert files_in(media_root) == []

    def test_keeps_what_was_there_before(self, alice: User, settings: Settings) -> None:
        app = app_of(alice)
        post(app, style=picture(1))
        settings.JOB_MAX_A_DAY_PER_USER = 1
        assert_problem(post(app, style=picture(1), seed=5), 429, "quota_exceeded")
        assert (Photo.objects.count(), Style.objects.count()) == (1, 1)

    def test_refuses_the_same_style_twice(self, alice: User) -> None:
        given = [picture(1), picture(1)]
        assert_problem(post(app_of(alice), style=given), 422, "style_unavailable")
        assert not Style.objects.exists()


class TestAnswer:
    def ask(self, app: APIClient, accept: str) -> Any:
        """Ask again for the job of the key `one`."""
        return post(app, {"Idempotency-Key": "one", "Accept": accept}, style="wave")

    @pytest.fixture
    def app(self, alice: User) -> APIClient:
        """Return an app of alice that has asked for a picture."""
        make_style("wave")
        app = app_of(alice)
        assert self.ask(app, "image/*").status_code == 202
        return app

    @pytest.mark.slow
    def test_is_the_picture(self, app: APIClient) -> None:
        worker.serve_next()
        response = self.ask(app, "image/*")
        assert response["Content-Type"] == "image/jpeg"
        assert response["Location"] == f"/api/v1/jobs/{Job.objects.get().pk}/"
        with Image.open(io.BytesIO(sent_file(response))) as painted:
            assert painted.size == (64, 43)
        assert self.ask(app, "*/*").json()["state"] == "succeeded"

    @pytest.mark.parametrize(
        ("code", "status"),
        [("input_unreadable", 422), ("crashed", 500), ("storage_full", 507)],
    )
    def test_says_why_there_is_no_picture(self, app: APIClient, code: str, status: int) -> None:
        job = Job.objects.get()
        Job.objects.filter(pk=job.pk).update(
            state="failed",
            error_code=code,
            error_hint="Choose a smaller size.",
            completed_at=timezone.now(),
        )
        assert_problem(self.ask(app, "image/*"), status, code)
        assert self.ask(app, "application/json").json()["state"] == "failed"

    def test_says_that_the_job_was_canceled(self, app: APIClient) -> None:
        app.post(f"/api/v1/jobs/{Job.objects.get().pk}/cancel/")
        assert_problem(self.ask(app, "image/*"), 409, "job_canceled")

    @pytest.mark.parametrize(
        ("accept", "picture_wanted"),
        [
            ("image/*", True),
            ("image/jpeg", True),
            ("image/png, */*;q=0.1", True),
            ("application/json", False),
            ("*/*", False),
            ("application/json, image/*", False),
            ("text/html", False),
        ],
    )
    def test_is_what_the_caller_prefers(
        self,
        accept: str,
        picture_wanted: bool,  # noqa: FBT001  # a parameter of the test
        rf: RequestFactory,
    ) -> None:
        request = Request(rf.post(TRANSFER, headers={"Accept": accept}))
        assert wants_picture(request) == picture_wanted


def test_hides_the_job_of_a_key_from_other_users(alice: User, bob: User) -> None:
    make_style("wave")
    finished_job(alice)
    mine = post(session_of(alice), {"Idempotency-Key": "one"}, style="wave").json()
    other = post(session_of(bob), {"Idempotency-Key": "one"}, style="wave").json()
    assert mine["id"] != other["id"]
