"""The mask in the studio: sent as a file, with or without scripts, and never lost by a refusal."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import User
from inference.models import Job, Mask, Photo
from inference.pages.recipes import command_line, step_by_step_fields
from tests.inference.pages.conftest import client_of, order
from tests.support.factories import make_mask, make_photo, make_style, picture_bytes

pytestmark = pytest.mark.django_db


def mask_file(size: tuple[int, int] = (96, 64), *, white: int = 40) -> SimpleUploadedFile:
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, white, size[1]))
    return SimpleUploadedFile("mask.png", picture_bytes(image), "image/png")


@pytest.fixture
def photo(alice: User) -> Photo:
    """Return a photo of Alice, and have a style to paint it with."""
    make_style("woodcut")
    return make_photo(alice)


def ordered(photo: Photo, **more: object) -> dict[str, object]:
    return dict(order(styles=["woodcut"], photo_id=str(photo.pk))) | more


class TestMask:
    def test_starts_a_job_that_paints_only_a_part(
        self, photo: Photo, alice: User, wakeups: list[str]
    ) -> None:
        data = ordered(photo, mask=mask_file(), mask_feather="0.05", mask_invert="on")
        assert client_of(alice).post(reverse("studio"), data).status_code == 302
        job = Job.objects.get()
        assert job.mask is not None
        assert job.mask.photo == photo
        assert (job.spec["mask_feather"], job.spec["mask_invert"]) == (0.05, True)

    def test_is_left_out_when_none_is_sent(
        self, photo: Photo, alice: User, wakeups: list[str]
    ) -> None:
        client_of(alice).post(reverse("studio"), ordered(photo))
        assert Job.objects.get().mask is None

    @pytest.mark.parametrize(
        ("mask", "sentence"),
        [
            (mask_file((64, 96)), "different proportions"),
            (mask_file(white=0), "Nothing would be painted"),
            (SimpleUploadedFile("mask.png", b"no picture"), "not supported"),
        ],
        ids=["shape", "black", "text"],
    )
    def test_is_refused_with_a_sentence_and_the_photo_stays(
        self, photo: Photo, alice: User, mask: SimpleUploadedFile, sentence: str
    ) -> None:
        mask.seek(0)
        page = client_of(alice).post(reverse("studio"), ordered(photo, mask=mask))
        assert page.status_code == 422
        assert sentence in page.text
        assert page.context["photo"] == photo
        assert not Job.objects.exists()

    def test_is_kept_by_a_refusal_of_the_job(
        self, photo: Photo, alice: User, wakeups: list[str]
    ) -> None:
        client = client_of(alice)
        client.post(reverse("studio"), ordered(photo, job_id="0" * 32, mask=mask_file()))
        page = client.post(
            reverse("studio"), ordered(photo, job_id="0" * 32, seed="7", mask=mask_file(white=20))
        )
        assert page.status_code == 422
        kept = page.context["form"]["mask_id"].value()
        data = ordered(photo, mask_id=kept)
        assert client.post(reverse("studio"), data).status_code == 302
        assert Mask.objects.get(pk=kept).jobs.count() == 1

    def test_works_for_one_picture_only(self, photo: Photo, alice: User) -> None:
        make_style("mosaic")
        data = ordered(photo, styles=["woodcut", "mosaic"], each="on", mask=mask_file())
        page = client_of(alice).post(reverse("studio"), data)
        assert page.status_code == 422
        assert "one picture at a time" in page.text
        assert not Job.objects.exists()

    def test_of_another_photo_is_not_used(
        self, photo: Photo, alice: User, bob: User, wakeups: list[str]
    ) -> None:
        foreign = make_mask(make_photo(bob))
        client_of(alice).post(reverse("studio"), ordered(photo, mask_id=str(foreign.pk)))
        assert Job.objects.get().mask is None


def test_is_named_in_the_recipe_and_in_the_next_picture(
    photo: Photo, alice: User, wakeups: list[str]
) -> None:
    data = ordered(photo, mask=mask_file(), mask_invert="on")
    client_of(alice).post(reverse("studio"), data)
    job = Job.objects.with_parts().get()
    assert "--mask MASK --mask-feather 0.02 --mask-invert" in command_line(job)
    fields = dict(step_by_step_fields(job))
    assert fields["mask_id"] == str(job.mask_id)
    assert fields["mask_invert"] == "on"
