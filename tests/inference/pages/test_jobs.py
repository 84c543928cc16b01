"""Pages of the studio and of jobs, asked by the owner, a stranger and nobody."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inference.models import Job, Photo
from style_transfer.core.errors import OutOfMemoryError
from tests.support.factories import (
    finished_job,
    make_code_style,
    make_job,
    make_photo,
    make_picture,
    make_style,
    picture_bytes,
)

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(size: tuple[int, int] = (96, 80)) -> SimpleUploadedFile:
    return SimpleUploadedFile("holiday.png", picture_bytes(make_picture(size)))


def order(**fields: Any) -> dict[str, Any]:
    return {"job_id": str(uuid4()), "strength": "0.5", "size": "128", "color": "match", **fields}


def failed_job(owner: User) -> Job:
    return make_job(
        owner,
        state="failed",
        completed_at=timezone.now(),
        error_code="out_of_memory",
        error_hint="Make it smaller.",
    )


class TestStudio:
    def test_is_open_to_everyone(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("studio"))
        assert page.status_code == 200
        assert "Woodcut" in page.text

    def test_does_not_offer_drafts(self, client: Client) -> None:
        make_style("unready", state="draft")
        assert "unready" not in client.get(reverse("studio")).text

    def test_opens_with_the_styles_and_weights_of_the_address(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("studio"), {"style": "woodcut:0.4"})
        assert page.context["chosen"] == ["woodcut"]
        assert 'data-weight="0.4"' in page.text

    def test_says_what_may_be_done_with_the_result(self, client: Client) -> None:
        make_style("shared", license="CC-BY-SA-4.0")
        page = client.get(reverse("studio"), {"style": "shared"})
        assert "You may publish this as CC BY-SA 4.0" in page.text

    def test_opens_with_ones_own_photo(self, alice: User) -> None:
        photo = make_photo(alice)
        page = client_of(alice).get(reverse("studio"), {"photo": str(photo.pk)})
        assert page.context["photo"] == photo

    def test_never_shows_the_photo_of_another(self, alice: User, bob: User) -> None:
        photo = make_photo(alice)
        page = client_of(bob).get(reverse("studio"), {"photo": str(photo.pk)})
        assert page.context["photo"] is None
        assert reverse("photo-file", args=[photo.pk, "preview"]) not in page.text

    def test_starts_a_job_with_a_new_photo(self, alice: User, tickets: list[str]) -> None:
        make_style("woodcut")
        data = order(styles=["woodcut"], photo=upload())
        answer = client_of(alice).post(reverse("studio"), data)
        job = Job.objects.get()
        assert answer.headers["Location"] == reverse("job", args=[job.pk])
        assert str(job.pk) == data["job_id"]
        assert job.spec["strength"] == 0.5
        assert job.spec["size"] == 128

    def test_starts_a_job_with_an_earlier_photo(self, alice: User, tickets: list[str]) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo_id=str(photo.pk)))
        assert Job.objects.get().photo == photo

    def test_keeps_the_weights(self, alice: User, tickets: list[str]) -> None:
        for slug in ("woodcut", "mosaic"):
            make_style(slug)
        data = order(styles=["woodcut", "mosaic"], photo=upload())
        client_of(alice).post(
            reverse("studio"), data | {"weight-woodcut": "0.7", "weight-mosaic": "0.2"}
        )
        weights = {part.style.slug: part.weight for part in Job.objects.get().job_styles.all()}
        assert weights == {"woodcut": 0.7, "mosaic": 0.2}

    def test_takes_a_second_press_for_the_same_job(self, alice: User, tickets: list[str]) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        data = order(styles=["woodcut"], photo_id=str(photo.pk))
        client = client_of(alice)
        first, second = (client.post(reverse("studio"), data) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert Job.objects.count() == 1

    def test_sends_nobody_to_sign_in_and_leaves_nothing(self, client: Client) -> None:
        make_style("woodcut")
        answer = client.post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))
        assert not Photo.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"styles": ["woodcut"]}, "Put in a photo first."),
            ({"styles": []}, "Choose a style: one to four."),
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

    def test_says_that_a_way_of_painting_needs_the_artwork(self, alice: User) -> None:
        make_code_style("night-cafe")
        fields = order(styles=["night-cafe"], photo=upload(), method="optimize")
        page = client_of(alice).post(reverse("studio"), fields)
        assert page.status_code == 422
        assert "Choose another way of painting" in page.text
        assert not Job.objects.exists()

    def test_refuses_a_way_of_painting_that_there_is_not(self, alice: User) -> None:
        make_style("woodcut")
        fields = order(styles=["woodcut"], photo=upload(), method="magic")
        assert client_of(alice).post(reverse("studio"), fields).status_code == 422
        assert not Job.objects.exists()

    def test_says_of_each_style_how_it_can_be_painted(self, client: Client) -> None:
        make_style("woodcut")
        make_code_style("night-cafe")
        page = client.get(reverse("studio")).text
        assert page.count('data-methods="fast optimize"') == 1
        assert page.count('data-methods="fast"') == 1

    def test_offers_the_ways_of_painting_that_a_style_can_use(self, client: Client) -> None:
        make_code_style("night-cafe")
        methods = client.get(reverse("studio")).context["methods"]
        assert [each["slug"] for each in methods] == ["fast"]
        make_style("woodcut")
        methods = client.get(reverse("studio")).context["methods"]
        assert [each["slug"] for each in methods] == ["fast", "optimize"]

    def test_refuses_a_fifth_style(self, alice: User) -> None:
        slugs = [make_style(f"style-{number}").slug for number in range(5)]
        page = client_of(alice).post(reverse("studio"), order(styles=slugs, photo=upload()))
        assert "four are the most" in page.text

    def test_says_why_a_file_is_refused_and_keeps_nothing(self, alice: User) -> None:
        make_style("woodcut")
        text = SimpleUploadedFile("photo.jpg", b"this is no picture at all")
        page = client_of(alice).post(reverse("studio"), order(styles=["woodcut"], photo=text))
        assert page.status_code == 422
        assert "Choose a JPEG, PNG or WebP picture" in page.text
        assert not Photo.objects.exists()

    def test_refuses_the_photo_of_another(self, alice: User, bob: User) -> None:
        make_style("woodcut")
        photo = make_photo(alice)
        page = client_of(bob).post(
            reverse("studio"), order(styles=["woodcut"], photo_id=str(photo.pk))
        )
        assert "Put in a photo first." in page.text
        assert not Job.objects.exists()

    def test_says_when_enough_jobs_wait(
        self, alice: User, settings: Any, tickets: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        job = make_job(alice, styles=[make_style("woodcut")])
        page = client_of(alice).post(
            reverse("studio"), order(styles=["woodcut"], photo_id=str(job.photo_id))
        )
        assert page.status_code == 422
        assert "Wait until one of your pictures is done" in page.text

    def test_lets_a_picture_be_made_anew_whose_job_was_deleted(
        self, alice: User, tickets: list[str]
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
        assert "The result is yours" in page.text

    def test_is_empty_without_styles(self, client: Client) -> None:
        assert client.get(reverse("studio-license")).text.strip() == ""


class TestJob:
    def test_shows_the_owner_a_waiting_job(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert page.status_code == 200
        assert 'id="job-snapshot"' in page.text
        assert reverse("job-cancel", args=[job.pk]) in page.text

    def test_goes_on_without_script(self, alice: User) -> None:
        page = client_of(alice).get(reverse("job", args=[make_job(alice).pk]))
        assert '<noscript><meta http-equiv="refresh"' in page.text.replace("\n", "").replace(
            "<noscript>      ", "<noscript>"
        )

    def test_shows_the_result_with_its_sizes(self, alice: User) -> None:
        job = finished_job(alice)
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert "compare-slider" in page.text
        assert "64 × 43 px, prints 0.5 × 0.4 cm at 300 dpi" in page.text

    def test_offers_to_paint_a_quick_result_step_by_step(
        self, alice: User, tickets: list[str]
    ) -> None:
        job = finished_job(alice, styles=[make_style("woodcut"), make_style("mosaic")])
        quick = {**job.spec, "method": "fast", "strength": 0.4}
        Job.objects.filter(pk=job.pk).update(spec=quick)
        job.refresh_from_db()
        page = client_of(alice).get(job.get_absolute_url())
        assert "Paint it step by step" in page.text
        fields: dict[str, Any] = {}
        for name, value in page.context["step_by_step"]:
            fields.setdefault(name, []).append(value)
        answer = client_of(alice).post(reverse("studio"), fields)
        assert answer.status_code == 302
        slow = Job.objects.exclude(pk=job.pk).get()
        assert (slow.photo, slow.spec["method"]) == (job.photo, "optimize")
        assert slow.spec["strength"] == 0.4
        assert {part.style.slug for part in slow.job_styles.all()} == {"woodcut", "mosaic"}
        assert tickets == []  # the transaction of this test has not committed

    def test_does_not_offer_it_where_it_cannot_be(self, alice: User) -> None:
        slow = finished_job(alice, styles=[make_style("woodcut")])
        code = finished_job(photo=slow.photo, styles=[make_code_style("night-cafe")])
        Job.objects.filter(pk=code.pk).update(spec={**code.spec, "method": "fast"})
        Job.objects.filter(pk=slow.pk).update(spec={**slow.spec, "method": "optimize"})
        for job in (slow, code):
            page = client_of(alice).get(job.get_absolute_url())
            assert "Paint it step by step" not in page.text

    def test_gives_the_recipe_as_a_command(self, alice: User) -> None:
        job = finished_job(alice, styles=[make_style("woodcut")])
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert "--style library/shipped/woodcut.webp=1" in page.text

    def test_says_what_to_do_after_a_failure(self, alice: User) -> None:
        page = client_of(alice).get(reverse("job", args=[failed_job(alice).pk]))
        assert "Make it smaller." in page.text

    def test_says_it_in_the_visitors_language(self, alice: User) -> None:
        job = failed_job(alice)
        Job.objects.filter(pk=job.pk).update(error_hint=OutOfMemoryError.hint)
        client = client_of(alice)
        client.cookies["django_language"] = "zh-hans"
        assert "请选择小一些的尺寸。" in client.get(reverse("job", args=[job.pk])).text

    @pytest.mark.parametrize("state", ["canceled", "expired"])
    def test_shows_how_else_a_job_ended(self, alice: User, state: str) -> None:
        job = make_job(alice, state=state, completed_at=timezone.now())
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert "Back to the studio with it" in page.text

    def test_is_not_there_for_a_stranger(self, alice: User, bob: User) -> None:
        job = make_job(alice)
        assert client_of(bob).get(reverse("job", args=[job.pk])).status_code == 404

    def test_asks_nobody_to_sign_in_before_looking(self, client: Client) -> None:
        answer = client.get(reverse("job", args=[uuid4()]))
        assert answer.headers["Location"].startswith(reverse("account_login"))

    def test_asks_the_database_the_same_few_times_for_four_styles(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        job = make_job(alice, styles=[make_style(f"style-{each}") for each in range(4)])
        client = client_of(alice)
        with django_assert_max_num_queries(12):
            client.get(reverse("job", args=[job.pk]))


class TestJobs:
    def test_lists_ones_own_jobs(self, alice: User, bob: User) -> None:
        mine, other = make_job(alice), make_job(bob)
        page = client_of(alice).get(reverse("jobs"))
        assert reverse("job", args=[mine.pk]) in page.text
        assert reverse("job", args=[other.pk]) not in page.text

    def test_says_that_nothing_was_made_yet(self, alice: User) -> None:
        assert "Nothing has been made yet." in client_of(alice).get(reverse("jobs")).text

    def test_asks_nobody_to_sign_in(self, client: Client) -> None:
        assert client.get(reverse("jobs")).status_code == 302


class TestDeeds:
    def test_cancels_a_job(self, alice: User) -> None:
        job = make_job(alice)
        client_of(alice).post(reverse("job-cancel", args=[job.pk]))
        job.refresh_from_db()
        assert job.state == Job.State.CANCELED

    def test_says_when_there_is_nothing_to_stop(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).post(reverse("job-stop", args=[job.pk]), follow=True)
        assert "Only a picture that is being painted" in page.text

    def test_stops_a_job_that_is_painted(self, alice: User) -> None:
        job = make_job(alice, state="running", lease=uuid4(), lease_until=timezone.now(), attempt=1)
        client_of(alice).post(reverse("job-stop", args=[job.pk]))
        job.refresh_from_db()
        assert job.stop_requested

    def test_deletes_a_job(self, alice: User) -> None:
        job = finished_job(alice)
        client_of(alice).post(reverse("job-delete", args=[job.pk]))
        assert not Job.objects.exists()

    @pytest.mark.parametrize("deed", ["job-cancel", "job-stop", "job-delete"])
    def test_leaves_the_jobs_of_others_alone(self, alice: User, bob: User, deed: str) -> None:
        job = make_job(alice)
        assert client_of(bob).post(reverse(deed, args=[job.pk])).status_code == 404
        job.refresh_from_db()
        assert job.state == Job.State.QUEUED
        assert not job.stop_requested

    @pytest.mark.parametrize("deed", ["job-cancel", "job-stop", "job-delete"])
    def test_is_never_done_by_following_a_link(self, alice: User, deed: str) -> None:
        job = make_job(alice)
        assert client_of(alice).get(reverse(deed, args=[job.pk])).status_code == 405

    @pytest.mark.parametrize("deed", ["job-cancel", "job-stop", "job-delete"])
    def test_asks_nobody_to_sign_in(self, alice: User, client: Client, deed: str) -> None:
        answer = client.post(reverse(deed, args=[make_job(alice).pk]))
        assert answer.headers["Location"].startswith(reverse("account_login"))
        assert Job.objects.get().state == Job.State.QUEUED
