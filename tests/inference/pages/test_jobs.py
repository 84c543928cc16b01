"""Pages of jobs, requested by the owner, a stranger and an anonymous visitor."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inference.models import Job
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.spec import TransferSpec
from tests.inference.pages.conftest import client_of
from tests.support.factories import finished_job, make_code_style, make_job, make_style

pytestmark = pytest.mark.django_db


def failed_job(owner: User) -> Job:
    return make_job(
        owner,
        state="failed",
        completed_at=timezone.now(),
        error_code="out_of_memory",
        error_hint="Make it smaller.",
    )


class TestJob:
    def test_shows_the_owner_a_waiting_job(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert page.status_code == 200
        assert 'id="job-snapshot"' in page.text
        assert reverse("job-cancel", args=[job.pk]) in page.text

    def test_refreshes_without_script(self, alice: User) -> None:
        page = client_of(alice).get(reverse("job", args=[make_job(alice).pk]))
        assert '<noscript><meta http-equiv="refresh"' in page.text.replace("\n", "").replace(
            "<noscript>      ", "<noscript>"
        )

    def test_shows_the_result_with_its_sizes(self, alice: User) -> None:
        job = finished_job(alice)
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert "compare-slider" in page.text
        assert "64 × 43 px, 0.5 × 0.4 cm in print at 300 dpi" in page.text

    def test_offers_to_paint_a_result_of_the_fast_method_step_by_step(
        self, alice: User, wakeups: list[str]
    ) -> None:
        job = finished_job(alice, styles=[make_style("woodcut"), make_style("mosaic")])
        quick = {**job.spec, "method": "fast", "strength": 0.4}
        Job.objects.filter(pk=job.pk).update(spec=quick)
        job.refresh_from_db()
        page = client_of(alice).get(job.get_absolute_url())
        assert "Create a detailed version" in page.text
        fields: dict[str, Any] = {}
        for name, value in page.context["step_by_step"]:
            fields.setdefault(name, []).append(value)
        answer = client_of(alice).post(reverse("studio"), fields)
        assert answer.status_code == 302
        slow = Job.objects.exclude(pk=job.pk).get()
        assert (slow.photo, slow.spec["method"]) == (job.photo, "optimize")
        assert slow.spec["strength"] == 0.4
        assert {part.style.slug for part in slow.job_styles.all()} == {"woodcut", "mosaic"}
        assert wakeups == []  # the transaction of this test has not committed

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_does_not_offer_it_if_it_is_not_possible(self, alice: User) -> None:
        slow = finished_job(alice, styles=[make_style("woodcut")])
        code = finished_job(photo=slow.photo, styles=[make_code_style("night-cafe")])
        Job.objects.filter(pk=code.pk).update(spec={**code.spec, "method": "fast"})
        Job.objects.filter(pk=slow.pk).update(spec={**slow.spec, "method": "optimize"})
        for job in (slow, code):
            page = client_of(alice).get(job.get_absolute_url())
            assert "Create a detailed version" not in page.text

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
        assert "请选择较小的尺寸。" in client.get(reverse("job", args=[job.pk])).text

    @pytest.mark.parametrize("state", ["canceled", "expired"])
    def test_shows_a_job_that_ended_without_a_result(self, alice: User, state: str) -> None:
        job = make_job(alice, state=state, completed_at=timezone.now())
        page = client_of(alice).get(reverse("job", args=[job.pk]))
        assert "Edit in the studio" in page.text

    def test_is_not_there_for_a_stranger(self, alice: User, bob: User) -> None:
        job = make_job(alice)
        assert client_of(bob).get(reverse("job", args=[job.pk])).status_code == 404

    def test_requires_sign_in_before_it_searches(self, client: Client) -> None:
        answer = client.get(reverse("job", args=[uuid4()]))
        assert answer.headers["Location"].startswith(reverse("account_login"))

    def test_needs_no_more_queries_for_four_styles(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        job = make_job(alice, styles=[make_style(f"style-{each}") for each in range(4)])
        client = client_of(alice)
        # One of them counts the notices that were not read, for the bell.
        with django_assert_max_num_queries(13):
            client.get(reverse("job", args=[job.pk]))


class TestJobs:
    def test_lists_only_the_user_s_jobs(self, alice: User, bob: User) -> None:
        mine, other = make_job(alice), make_job(bob)
        page = client_of(alice).get(reverse("jobs"))
        assert reverse("job", args=[mine.pk]) in page.text
        assert reverse("job", args=[other.pk]) not in page.text

    def test_says_that_there_are_no_jobs_yet(self, alice: User) -> None:
        assert "No jobs yet." in client_of(alice).get(reverse("jobs")).text

    def test_requires_sign_in(self, client: Client) -> None:
        assert client.get(reverse("jobs")).status_code == 302


class TestActions:
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

    @pytest.mark.parametrize("action", ["job-cancel", "job-stop", "job-delete"])
    def test_leaves_the_jobs_of_others_alone(self, alice: User, bob: User, action: str) -> None:
        job = make_job(alice)
        assert client_of(bob).post(reverse(action, args=[job.pk])).status_code == 404
        job.refresh_from_db()
        assert job.state == Job.State.QUEUED
        assert not job.stop_requested

    @pytest.mark.parametrize("action", ["job-cancel", "job-stop", "job-delete"])
    def test_is_never_done_by_following_a_link(self, alice: User, action: str) -> None:
        job = make_job(alice)
        assert client_of(alice).get(reverse(action, args=[job.pk])).status_code == 405

    @pytest.mark.parametrize("action", ["job-cancel", "job-stop", "job-delete"])
    def test_requires_sign_in(self, alice: User, client: Client, action: str) -> None:
        answer = client.post(reverse(action, args=[make_job(alice).pk]))
        assert answer.headers["Location"].startswith(reverse("account_login"))
        assert Job.objects.get().state == Job.State.QUEUED


class TestAgain:
    @pytest.mark.parametrize("state", ["canceled", "expired"])
    def test_retries_a_job_without_a_result(self, alice: User, state: str) -> None:
        job = make_job(alice, state=state, completed_at=timezone.now())
        address = reverse("job-retry", args=[job.pk])
        assert address in client_of(alice).get(job.get_absolute_url()).text
        answer = client_of(alice).post(address)
        again = Job.objects.exclude(pk=job.pk).get()
        assert answer.headers["Location"] == again.get_absolute_url()
        assert again.retry_of == job.pk

    def test_does_not_offer_to_retry_a_job_that_would_fail_again(self, alice: User) -> None:
        job = make_job(
            alice, state="failed", error_code="out_of_memory", completed_at=timezone.now()
        )
        address = reverse("job-retry", args=[job.pk])
        assert address not in client_of(alice).get(job.get_absolute_url()).text
        Job.objects.filter(pk=job.pk).update(error_code="crashed")
        assert address in client_of(alice).get(job.get_absolute_url()).text

    def test_says_why_a_job_is_not_retried(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).post(reverse("job-retry", args=[job.pk]), follow=True)
        assert "Only pictures that failed, expired or were canceled can be tried again" in page.text

    def test_continues_a_painting(self, alice: User) -> None:
        spec = TransferSpec("optimize")
        job = finished_job(alice, saved="jobs/painting.state", spec=spec)
        address = reverse("job-continue", args=[job.pk])
        page = client_of(alice).get(job.get_absolute_url())
        assert address in page.text
        assert "Continue +12" in page.text
        answer = client_of(alice).post(address)
        more = Job.objects.exclude(pk=job.pk).get()
        assert answer.headers["Location"] == more.get_absolute_url()
        assert (more.continues, more.spec["steps"]) == (job.pk, 12)

    def test_does_not_offer_to_continue_without_a_checkpoint(self, alice: User) -> None:
        job = finished_job(alice)
        address = reverse("job-continue", args=[job.pk])
        assert address not in client_of(alice).get(job.get_absolute_url()).text
        page = client_of(alice).post(address, follow=True)
        assert "Only finished pictures made with these methods can be continued" in page.text

    @pytest.mark.parametrize("name", ["job-retry", "job-continue"])
    def test_lets_only_the_owner_retry_or_continue(self, alice: User, bob: User, name: str) -> None:
        job = make_job(alice, state="canceled", completed_at=timezone.now())
        address = reverse(name, args=[job.pk])
        assert client_of(bob).post(address).status_code == 404
        assert Client().post(address).headers["Location"].startswith(reverse("account_login"))
        assert Job.objects.count() == 1
