"""The studio starts a batch: of several photos, or of a picture in each style."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from inference.models import Batch, Job
from tests.inference.pages.conftest import client_of
from tests.support.factories import make_photo, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db


def order(**fields: Any) -> dict[str, Any]:
    """Return what the studio sends, with a new photo unless an earlier one is named."""
    photo = SimpleUploadedFile("photo.png", picture_bytes(make_picture()))
    files = {} if "photo_id" in fields else {"photo": photo}
    return {"job_id": str(uuid4()), "strength": "0.5", "size": "128", **files, **fields}


def test_starts_a_batch_of_a_picture_in_each_style(alice: User, wakeups: list[str]) -> None:
    slugs = [make_style(f"style-{number}").slug for number in range(5)]
    data = order(styles=slugs, each="on")
    client = client_of(alice)

    answer = client.post(reverse("studio"), data)

    batch = Batch.objects.get()
    assert answer.headers["Location"] == reverse("batch", args=[batch.pk])
    assert str(batch.pk) == data["job_id"]
    made = [job.styles.get().slug for job in batch.jobs.order_by("created_at")]
    assert made == slugs
    assert {job.spec["strength"] for job in batch.jobs.all()} == {0.5}


def test_starts_a_batch_of_each_photo_in_each_style(alice: User, wakeups: list[str]) -> None:
    slugs = [make_style(slug).slug for slug in ("woodcut", "mosaic")]
    photos = [make_photo(alice, seed=seed) for seed in range(3)]
    ids = [str(photo.pk) for photo in photos]
    data = order(styles=slugs, photo_id=ids[0], more_photos=[*ids[1:], ids[0]])
    client = client_of(alice)

    first, second = (client.post(reverse("studio"), data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    pairs = Job.objects.order_by("created_at").values_list("photo", "styles__slug")
    assert list(pairs) == [(photo.pk, slug) for photo in photos for slug in slugs]


def test_makes_no_batch_of_one_picture(alice: User, wakeups: list[str]) -> None:
    make_style("woodcut")
    answer = client_of(alice).post(reverse("studio"), order(styles=["woodcut"], each="on"))
    assert answer.headers["Location"] == reverse("job", args=[Job.objects.get().pk])
    assert not Batch.objects.exists()


def test_mixes_the_styles_by_default(alice: User, wakeups: list[str]) -> None:
    slugs = [make_style(slug).slug for slug in ("woodcut", "mosaic")]
    client_of(alice).post(reverse("studio"), order(styles=slugs, each=""))
    assert Job.objects.get().styles.count() == 2


def test_refuses_more_photos_of_another_user(alice: User, bob: User) -> None:
    make_style("woodcut")
    theirs, mine = make_photo(alice), make_photo(bob)
    fields = order(styles=["woodcut"], photo_id=str(mine.pk), more_photos=[str(theirs.pk)])
    page = client_of(bob).post(reverse("studio"), fields)
    assert page.status_code == 422
    assert "This photo does not exist" in page.text
    assert reverse("photo-file", args=[theirs.pk, "thumb"]) not in page.text
    assert not Job.objects.exists()


def test_keeps_more_photos_when_something_is_wrong(alice: User) -> None:
    more = make_photo(alice)
    fields = order(more_photos=[str(more.pk)])
    page = client_of(alice).post(reverse("studio"), fields)
    assert page.status_code == 422
    assert f'name="more_photos" value="{more.pk}"' in page.text


def test_accepts_all_of_a_batch_or_none(alice: User, settings: Any, wakeups: list[str]) -> None:
    settings.JOB_MAX_WAITING_PER_USER = 2
    slugs = [make_style(f"style-{number}").slug for number in range(3)]
    page = client_of(alice).post(reverse("studio"), order(styles=slugs, each="on"))
    assert page.status_code == 422
    assert not Job.objects.exists()
