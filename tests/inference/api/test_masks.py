"""Masks over the API: sent once, named in a job, and refused by codes."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from inference.models import Job, Mask
from tests.support.clients import session_of
from tests.support.factories import make_mask, make_photo, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


def file(size: tuple[int, int] = (96, 64), white: int = 40) -> SimpleUploadedFile:
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, white, size[1]))
    return SimpleUploadedFile("mask.png", picture_bytes(image), "image/png")


def send(owner: User, photo: object, mask: SimpleUploadedFile) -> Any:
    body = {"photo": str(photo), "file": mask}
    return session_of(owner).post("/api/v1/masks/", body, format="multipart")


def job_of(owner: User, photo: object, mask: object, **spec: Any) -> Any:
    body = {"photo": str(photo), "mask": mask, "styles": [{"style": "woodcut"}], "spec": spec}
    return session_of(owner).post("/api/v1/jobs/", body, format="json")


class TestMasks:
    def test_are_created_once(self, alice: User) -> None:
        photo = make_photo(alice)
        first, again = (send(alice, photo.pk, file()) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]
        assert first.json()["photo"] == str(photo.pk)
        picture = session_of(alice).get(first.json()["url"])
        assert picture.getvalue().startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        ("mask", "code"),
        [
            (file((64, 96)), "mask_shape"),
            (SimpleUploadedFile("a.png", b"text"), "unsupported_format"),
            (SimpleUploadedFile("a.png", b""), "empty_file"),
        ],
        ids=["shape", "text", "empty"],
    )
    def test_are_refused_by_a_code(self, alice: User, mask: Any, code: str) -> None:
        mask.seek(0)
        answer = send(alice, make_photo(alice).pk, mask)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert not Mask.objects.exists()

    def test_need_a_photo_of_mine(self, alice: User, bob: User) -> None:
        for photo in (make_photo(bob).pk, uuid4()):
            answer = send(alice, photo, file())
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_photo")

    def test_limit_a_job(self, alice: User, wakeups: list[str]) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        mask = make_mask(photo)
        answer = job_of(alice, photo.pk, str(mask.pk), mask_feather=0.1, mask_invert=True)
        assert answer.status_code == 201
        assert answer.json()["mask"] == str(mask.pk)
        assert Job.objects.get().mask == mask
        refused = session_of(alice).delete(f"/api/v1/masks/{mask.pk}/")
        assert (refused.status_code, refused.json()["code"]) == (409, "mask_in_use")

    def test_of_another_photo_limit_no_job(self, alice: User, bob: User) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        for mask in (make_mask(make_photo(bob)).pk, uuid4()):
            answer = job_of(alice, photo.pk, str(mask))
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_mask")

    def test_that_let_nothing_be_painted_are_refused(self, alice: User) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        answer = job_of(alice, photo.pk, str(make_mask(photo, white=0).pk))
        assert (answer.status_code, answer.json()["code"]) == (422, "mask_empty")


def test_is_a_part_of_a_transfer(alice: User, wakeups: list[str]) -> None:
    make_style("woodcut")
    body = {
        "content": SimpleUploadedFile("a.png", picture_bytes(Image.new("RGB", (96, 64), "red"))),
        "style": "woodcut",
        "mask": file(),
        "mask_invert": "true",
        "keep_faces": "off",
    }
    answer = session_of(alice).post("/api/v1/transfer/", body, format="multipart")
    assert answer.status_code == 202
    job = Job.objects.get()
    assert str(job.mask_id) == answer.json()["mask"]
    assert job.spec["mask_invert"] is True
    assert job.spec["keep_faces"] == "off"
