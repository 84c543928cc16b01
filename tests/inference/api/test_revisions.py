"""The API of developed pictures."""

import io
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from accounts.models import User
from inference.models import Job, Revision
from tests.support.clients import assert_problem, sent_file, session_of
from tests.support.factories import (
    SAME_COLORS,
    developable_job,
    finished_job,
    make_revision_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]


def address(job: Job, rest: str) -> str:
    return f"/api/v1/jobs/{job.pk}/{rest}"


def post(user: User, job: Job, **body: Any) -> Any:
    return session_of(user).post(address(job, "revisions/"), body, format="json")


class TestDevelopment:
    def test_has_what_an_app_needs_for_a_preview(self, alice: User) -> None:
        job = developable_job(alice, painted="", painted_bytes=0)
        client = session_of(alice)
        body = client.get(address(job, "development/")).json()
        assert body == {
            "painting": address(job, "file/?variant=painting"),
            "photo": f"/api/v1/photos/{job.photo_id}/file/",
            "width": 64,
            "height": 43,
            "color_map": SAME_COLORS,
            "mask": None,
            "revision": None,
            "strength": 1.0,
            "color": "style",
        }
        for name in ("painting", "photo"):
            Image.open(io.BytesIO(sent_file(client.get(body[name])))).verify()

    def test_has_the_mask(self, alice: User, bob: User) -> None:
        job = developable_job(alice)
        Job.objects.filter(pk=job.pk).update(painted=job.result, fitted_mask=job.preview)
        body = session_of(alice).get(address(job, "development/")).json()
        assert body["mask"] == address(job, "file/?variant=mask")
        Image.open(io.BytesIO(sent_file(session_of(alice).get(body["mask"])))).verify()
        assert session_of(bob).get(body["mask"]).status_code == 404
        page = session_of(alice).get(job.get_absolute_url()).content.decode()
        assert f'data-mask="/media/jobs/{job.pk}/mask/"' in page
        plain = developable_job(alice)
        page = session_of(alice).get(plain.get_absolute_url()).content.decode()
        assert "data-mask" not in page
        assert session_of(alice).get(address(plain, "file/?variant=mask")).status_code == 404

    def test_says_that_an_old_picture_lacks_its_parts(self, alice: User) -> None:
        job = finished_job(alice)
        body = session_of(alice).get(address(job, "development/")).json()
        assert body["color_map"] is None
        refused = assert_problem(
            post(alice, job, strength=0.5, color="style"), 409, "not_developable"
        )
        assert "Paint it again" in refused["detail"]

    def test_chooses_what_is_shown(self, alice: User) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job, color="match")
        client = session_of(alice)
        body = {"revision": str(revision.pk)}
        shown = client.put(address(job, "development/"), body, format="json").json()
        assert (shown["revision"], shown["strength"], shown["color"]) == (
            str(revision.pk),
            0.5,
            "match",
        )
        snapshot = client.get(address(job, "")).json()
        assert snapshot["revision"] == str(revision.pk)
        assert snapshot["result"]["url"].endswith(f"?version={revision.pk}")
        sent = sent_file(client.get(address(job, "file/")))
        assert sent == sent_file(client.get(address(job, f"revisions/{revision.pk}/file/")))
        undone = client.put(address(job, "development/"), {"revision": None}, format="json").json()
        assert undone["revision"] is None

    @pytest.mark.parametrize("whose", ["nobody", "another job"])
    def test_refuses_a_version_of_something_else(self, alice: User, whose: str) -> None:
        job = developable_job(alice)
        other = make_revision_row(developable_job(alice)).pk if whose == "another job" else uuid4()
        body = {"revision": str(other)}
        answer = session_of(alice).put(address(job, "development/"), body, format="json")
        assert_problem(answer, 422, "unknown_revision")

    def test_refuses_one_that_is_not_ready(self, alice: User) -> None:
        job = developable_job(alice)
        body = {"revision": str(make_revision_row(job, ready=False).pk)}
        answer = session_of(alice).put(address(job, "development/"), body, format="json")
        assert_problem(answer, 409, "revision_not_ready")


class TestRevisions:
    def test_makes_one_and_repeats_safely(self, alice: User) -> None:
        job = developable_job(alice)
        first = post(alice, job, strength=0.4, color="content")
        again = post(alice, job, strength=0.4, color="content")
        assert (first.status_code, again.status_code) == (202, 200)
        assert first.json() == again.json()
        assert first.json() | {"created_at": ""} == {
            "id": first.json()["id"],
            "state": "queued",
            "strength": 0.4,
            "color": "content",
            "width": 0,
            "height": 0,
            "bytes": 0,
            "is_shown": False,
            "error": None,
            "url": None,
            "created_at": "",
            "completed_at": None,
        }
        assert session_of(alice).get(first["Location"]).json() == first.json()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"strength": 1.2, "color": "style"}, "strength"),
            ({"strength": "much", "color": "style"}, "strength"),
            ({"strength": 0.5, "color": "sepia"}, "color"),
            ({"color": "style"}, "strength"),
        ],
    )
    def test_names_a_wrong_field(self, alice: User, body: dict[str, Any], field: str) -> None:
        answer = post(alice, developable_job(alice), **body)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]
        assert not Revision.objects.exists()

    def test_lists_and_deletes_them(self, alice: User) -> None:
        job = developable_job(alice)
        old, new = make_revision_row(job), make_revision_row(job, strength=0.2)
        client = session_of(alice)
        listed = client.get(address(job, "revisions/")).json()["results"]
        assert [each["id"] for each in listed] == [str(new.pk), str(old.pk)]
        assert client.delete(address(job, f"revisions/{new.pk}/")).status_code == 204
        assert list(Revision.objects.all()) == [old]

    def test_names_the_reason_of_a_failure(self, alice: User) -> None:
        job = developable_job(alice)
        failed = make_revision_row(
            job, ready=False, state="failed", completed_at=job.completed_at, error_code="timeout"
        )
        body = session_of(alice).get(address(job, f"revisions/{failed.pk}/")).json()
        assert body["error"] == {"code": "timeout", "hint": ""}
        no_file = session_of(alice).get(address(job, f"revisions/{failed.pk}/file/"))
        assert_problem(no_file, 404, "not_found")

    def test_belong_to_the_job_in_the_address(self, alice: User) -> None:
        one, other = developable_job(alice), developable_job(alice)
        revision = make_revision_row(one)
        answer = session_of(alice).get(address(other, f"revisions/{revision.pk}/"))
        assert_problem(answer, 404, "not_found")
