"""Pages of the studio, requested by the owner, a stranger and an anonymous visitor."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.sandbox import slots
from common.sandbox.slots import slot
from inference.models import Job, Photo
from library.models import Style
from tests.inference.pages.conftest import client_of, order, upload
from tests.support.clients import session_of
from tests.support.factories import (
    make_code_style,
    make_job,
    make_photo,
    make_style,
)

pytestmark = pytest.mark.django_db


class TestStudio:
    def test_is_open_to_everyone(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("studio"))
        assert page.status_code == 200
        assert "Woodcut" in page.text

    def test_does_not_offer_drafts(self, client: Client) -> None:
        make_style("unready", state="draft")
        assert "unready" not in client.get(reverse("studio")).text

    def test_names_techniques_in_the_language_of_the_reader(self, client: Client) -> None:
        for slug, technique in (("cut", "Woodcut"), ("stones", "Mosaic")):
            make_style(slug)
            Style.objects.filter(slug=slug).update(technique=technique)
        page = client.get(reverse("studio"), headers={"Accept-Language": "zh-hans"}).text
        assert '<option value="Woodcut">木刻版画</option>' in page
        assert 'data-technique="Woodcut"' in page

    def test_opens_with_the_styles_and_weights_of_the_address(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("studio"), {"style": "woodcut:0.4"})
        assert page.context["chosen"] == ["woodcut"]
        assert 'data-weight="0.4"' in page.text

    def test_says_what_the_user_may_do_with_the_result(self, client: Client) -> None:
        make_style("shared", license="CC-BY-SA-4.0")
        page = client.get(reverse("studio"), {"style": "shared"})
        assert "You can publish this under CC BY-SA 4.0" in page.text

    def test_opens_with_the_user_s_photo(self, alice: User) -> None:
        photo = make_photo(alice)
        page = client_of(alice).get(reverse("studio"), {"photo": str(photo.pk)})
        assert page.context["photo"] == photo

    def test_never_shows_the_photo_of_another(self, alice: User, bob: User) -> None:
        photo = make_photo(alice)
        page = client_of(bob).get(reverse("studio"), {"photo": str(photo.pk)})
        assert page.context["photo"] is None
        assert reverse("photo-file", args=[photo.pk, "preview"]) not in page.text

    def test_starts_a_job_with_a_new_photo(self, alice: User, wakeups: list[str]) -> None:
        make_style("woodcut")
        data = order(styles=["woodcut"], photo=upload())
        answer = client_of(alice).post(reverse("studio"), data)
        job = Job.objects.get()
        assert answer.headers["Location"] == reverse("job", args=[job.pk])
        assert str(job.pk) == data["job_id"]
        assert job.spec["strength"] == 0.5
        assert job.spec["size"] == 128

    def test_starts_a_job_with_an_earlier_photo(self, alice: User, wakeups: list[str]) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo_id=str(photo.pk)))
        assert Job.objects.get().photo == photo

    def test_keeps_the_weights(self, alice: User, wakeups: list[str]) -> None:
        for slug in ("woodcut", "mosaic"):
            make_style(slug)
        data = order(styles=["woodcut", "mosaic"], photo=upload())
        client_of(alice).post(
            reverse("studio"), data | {"weight-woodcut": "0.7", "weight-mosaic": "0.2"}
        )
        weights = {part.style.slug: part.weight for part in Job.objects.get().job_styles.all()}
        assert weights == {"woodcut": 0.7, "mosaic": 0.2}

    def test_treats_a_second_press_as_the_same_job(self, alice: User, wakeups: list[str]) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        data = order(styles=["woodcut"], photo_id=str(photo.pk))
        client = client_of(alice)
        first, second = (client.post(reverse("studio"), data) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert Job.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"styles": ["woodcut"]}, "Upload a photo first."),
            ({"styles": []}, "Choose one to four styles."),
            ({"styles": ["withdrawn"]}, "Choose another style"),
            ({"styles": ["woodcut"], "strength": "7"}, "must be a number from 0 to 1"),
            ({"styles": ["woodcut"], "size": "9"}, "must be a whole number from 64 to 4096"),
        ],
    )
    def test_says_what_is_missing_or_wrong(
        self, alice: User, fields: dict[str, Any], sentence: str
    ) -> None:
        make_style("woodcut")
        make_style("withdrawn", state="withdrawn")
        page = client_of(alice).post(reverse("studio"), order(**fields))
        assert page.status_code == 422
        assert sentence in page.text
        assert not Job.objects.exists()

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_says_that_a_method_needs_the_artwork(self, alice: User) -> None:
        make_code_style("night-cafe")
        fields = order(styles=["night-cafe"], photo=upload(), method="optimize")
        page = client_of(alice).post(reverse("studio"), fields)
        assert page.status_code == 422
        assert "Choose another method" in page.text
        assert not Job.objects.exists()

    def test_refuses_an_unknown_method(self, alice: User) -> None:
        make_style("woodcut")
        fields = order(styles=["woodcut"], photo=upload(), method="magic")
        assert client_of(alice).post(reverse("studio"), fields).status_code == 422
        assert not Job.objects.exists()

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_names_the_usable_methods_of_each_style(self, client: Client) -> None:
        make_style("woodcut")
        make_code_style("night-cafe")
        page = client.get(reverse("studio")).text
        assert page.count('data-methods="fast optimize gatys"') == 1
        assert page.count('data-methods="fast"') == 1

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_offers_the_methods_that_a_style_can_use(self, client: Client) -> None:
        make_code_style("night-cafe")
        methods = client.get(reverse("studio")).context["methods"]
        assert [each["slug"] for each in methods] == ["fast"]
        make_style("woodcut")
        methods = client.get(reverse("studio")).context["methods"]
        assert [each["slug"] for each in methods] == ["fast", "optimize", "gatys"]

    def test_refuses_a_fifth_style(self, alice: User) -> None:
        slugs = [make_style(f"style-{number}").slug for number in range(5)]
        page = client_of(alice).post(reverse("studio"), order(styles=slugs, photo=upload()))
        assert "You can combine up to four styles" in page.text

    def test_says_why_a_file_is_refused_and_keeps_nothing(self, alice: User) -> None:
        make_style("woodcut")
        text = SimpleUploadedFile("photo.jpg", b"this is no picture at all")
        page = client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo=text))
        assert page.status_code == 422
        assert "Choose a JPEG, PNG or WebP picture" in page.text
        assert not Photo.objects.exists()

    def test_refuses_the_photo_of_another_user(self, alice: User, bob: User) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        page = client_of(bob).post(
            reverse("studio"), order(styles=["woodcut"], photo_id=str(photo.pk))
        )
        assert "Upload a photo first." in page.text
        assert not Job.objects.exists()

    def test_says_when_too_many_jobs_wait(
        self, alice: User, settings: Any, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        job = make_job(alice, styles=[make_style("woodcut")])
        page = client_of(alice).post(
            reverse("studio"), order(styles=["woodcut"], photo_id=str(job.photo_id))
        )
        assert page.status_code == 422
        assert "You have too many pictures in progress" in page.text

    def test_makes_a_picture_again_after_its_job_was_deleted(
        self, alice: User, wakeups: list[str]
    ) -> None:
        make_style("woodcut")
        data = order(styles=["woodcut"], photo_id=str(make_photo(alice).pk))
        client = client_of(alice)
        client.post(reverse("studio"), data)
        client.post(reverse("job-delete", args=[data["job_id"]]))

        page = client.post(reverse("studio"), data)
        assert page.status_code == 422
        data["job_id"] = page.context["form"]["job_id"].value()

        assert client.post(reverse("studio"), data).status_code == 302
        assert str(Job.objects.get().pk) == data["job_id"]


class TestStudioLicense:
    def test_answers_with_one_sentence(self, client: Client) -> None:
        make_style("free")
        page = client.get(reverse("studio-license"), {"style": "free"})
        assert "The picture is yours" in page.text

    def test_is_empty_without_styles(self, client: Client) -> None:
        assert client.get(reverse("studio-license")).text.strip() == ""


class TestUploads:
    def test_are_counted_together_with_those_of_the_api(
        self, alice: User, settings: Settings, wakeups: list[str]
    ) -> None:
        make_style("woodcut")
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (1, 3600)}
        first = {"file": upload()}
        assert (
            session_of(alice).post("/api/v1/photos/", first, format="multipart").status_code == 201
        )
        page = client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert page.status_code == 429
        assert int(page["Retry-After"]) > 0
        assert "Too many uploads. Try again in" in page.text
        assert not Job.objects.exists()

    def test_ask_to_come_back_when_the_server_is_busy(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_style("woodcut")
        monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
        with slot("pictures", who=str(alice.pk)):
            data = order(styles=["woodcut"], photo=upload())
            page = client_of(alice).post(reverse("studio"), data)
        assert (page.status_code, page["Retry-After"]) == (503, "5")
        assert "The server is busy" in page.text
        assert not Photo.objects.exists()

    def test_stay_chosen_when_their_job_is_refused(
        self, alice: User, settings: Settings, wakeups: list[str]
    ) -> None:
        make_style("woodcut")
        settings.JOB_MAX_A_DAY_PER_USER = 0
        page = client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert page.status_code == 422
        assert page.context["photo"] == Photo.objects.get()


class TestLargeLibrary:
    @pytest.fixture(autouse=True)
    def _two_styles_on_the_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("inference.pages.studio.STYLES_SHOWN", 2)

    def test_shows_the_first_styles_and_says_how_many_more_there_are(self, client: Client) -> None:
        for number in range(5):
            make_style(f"style-{number}")
        page = client.get(reverse("studio"))
        assert [tile.style.slug for tile in page.context["tiles"]] == ["style-0", "style-1"]
        assert "3 more styles are in the library." in page.text
        assert "data-some" in page.text

    def test_shows_any_style_that_is_chosen(self, client: Client) -> None:
        for number in range(5):
            make_style(f"style-{number}")
        page = client.get(reverse("studio"), {"style": "style-4"})
        slugs = [tile.style.slug for tile in page.context["tiles"]]
        assert slugs == ["style-4", "style-0", "style-1"]
        assert "2 more styles" in page.text

    def test_says_nothing_of_a_library_that_fits(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("studio"))
        assert page.context["left_out"] == 0
        assert "data-some" not in page.text
