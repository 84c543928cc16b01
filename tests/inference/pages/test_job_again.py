"""The buttons of a job's page that make a job of it: try again, and go on."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inference.models import Job
from tests.support.factories import finished_job, make_job

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestAgain:
    @pytest.mark.parametrize("state", ["canceled", "expired"])
    def test_tries_again_what_came_to_nothing(self, alice: User, state: str) -> None:
        job = make_job(alice, state=state, completed_at=timezone.now())
        address = reverse("job-retry", args=[job.pk])
        assert address in client_of(alice).get(job.get_absolute_url()).text
        answer = client_of(alice).post(address)
        again = Job.objects.exclude(pk=job.pk).get()
        assert answer.headers["Location"] == again.get_absolute_url()
        assert again.retry_of == job.pk

    def test_does_not_offer_to_try_again_what_would_fail_again(self, alice: User) -> None:
        job = make_job(
            alice, state="failed", error_code="out_of_memory", completed_at=timezone.now()
        )
        address = reverse("job-retry", args=[job.pk])
        assert address not in client_of(alice).get(job.get_absolute_url()).text
        Job.objects.filter(pk=job.pk).update(error_code="crashed")
        assert address in client_of(alice).get(job.get_absolute_url()).text

    def test_says_why_nothing_is_tried_again(self, alice: User) -> None:
        job = make_job(alice)
        page = client_of(alice).post(reverse("job-retry", args=[job.pk]), follow=True)
        assert "only what did not come out is tried again" in page.text

    def test_goes_on_with_a_painting(self, alice: User) -> None:
        job = finished_job(alice, saved="jobs/painting.state")
        address = reverse("job-continue", args=[job.pk])
        page = client_of(alice).get(job.get_absolute_url())
        assert address in page.text
        assert "Continue +200" in page.text
        answer = client_of(alice).post(address)
        more = Job.objects.exclude(pk=job.pk).get()
        assert answer.headers["Location"] == more.get_absolute_url()
        assert (more.continues, more.spec["steps"]) == (job.pk, 200)

    def test_does_not_offer_to_go_on_where_nothing_was_kept(self, alice: User) -> None:
        job = finished_job(alice)
        address = reverse("job-continue", args=[job.pk])
        assert address not in client_of(alice).get(job.get_absolute_url()).text
        page = client_of(alice).post(address, follow=True)
        assert "Choose a finished picture by one of these methods" in page.text

    @pytest.mark.parametrize("name", ["job-retry", "job-continue"])
    def test_lets_nobody_else_make_more_of_a_job(self, alice: User, bob: User, name: str) -> None:
        job = make_job(alice, state="canceled", completed_at=timezone.now())
        address = reverse(name, args=[job.pk])
        assert client_of(bob).post(address).status_code == 404
        assert Client().post(address).headers["Location"].startswith(reverse("account_login"))
        assert Job.objects.count() == 1
