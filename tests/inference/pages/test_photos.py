"""The page of the user's photos, and what the studio says about their quota."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from inference.models import Job, Photo
from tests.inference.pages.conftest import client_of, order, upload
from tests.support.factories import make_job, make_photo, make_style

pytestmark = pytest.mark.django_db


class TestStudio:
    def test_says_when_no_more_photos_fit_and_keeps_nothing(
        self, alice: User, bob: User, settings: Any
    ) -> None:
        make_style("woodcut")
        settings.PHOTOS_MAX_BYTES_PER_USER = 2**20
        make_photo(alice)
        Photo.objects.update(bytes=2**20)
        client = client_of(alice)

        page = client.post(reverse("studio"), order(styles=["woodcut"], photo=upload()))

        assert page.status_code == 422
        assert "Delete photos you no longer need" in page.text
        assert (Photo.objects.count(), Job.objects.count()) == (1, 0)
        assert "Delete photos" in client.get(reverse("studio")).text
        assert "Delete photos" not in client_of(bob).get(reverse("studio")).text


class TestPhotos:
    def test_shows_only_the_user_s_photos(self, alice: User, bob: User) -> None:
        mine, other = make_photo(alice), make_photo(bob)
        page = client_of(alice).get(reverse("photos"))
        assert str(mine.pk) in page.text
        assert str(other.pk) not in page.text

    def test_shows_their_size(self, alice: User, bob: User) -> None:
        make_photo(alice)
        Photo.objects.update(bytes=5 * 2**20, small_bytes=2**20)

        page = client_of(alice).get(reverse("photos")).text.replace("\xa0", " ")

        assert "Your photos use 6.0 MB of 2.0 GB." in page
        assert "Your photos use" not in client_of(bob).get(reverse("photos")).text

    def test_suggests_deleting_only_when_the_quota_is_nearly_full(self, alice: User) -> None:
        make_photo(alice)
        asked = "Delete some to upload more."
        client = client_of(alice)
        assert asked not in client.get(reverse("photos")).text

        Photo.objects.update(bytes=1900 * 2**20)

        assert asked in client.get(reverse("photos")).text

    def test_deletes_a_photo(self, alice: User) -> None:
        photo = make_photo(alice)
        client_of(alice).post(reverse("photo-delete", args=[photo.pk]))
        assert not Photo.objects.exists()

    def test_says_that_a_photo_is_in_use(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).post(reverse("photo-delete", args=[job.photo_id]), follow=True)
        assert "Pictures are still being made from this photo. Cancel them first." in page.text

    def test_leaves_the_photos_of_others_alone(self, alice: User, bob: User) -> None:
        photo = make_photo(alice)
        assert client_of(bob).post(reverse("photo-delete", args=[photo.pk])).status_code == 404
        assert Photo.objects.exists()
