"""Tests of the admin pages of jobs and photos."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inference.models import Job
from tests.support.factories import finished_job, make_job, make_sheet, make_user

JOBS = "admin:inference_job_changelist"


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


class TestJobAdmin:
    def test_lists_the_jobs(self, operator: Client, alice: User) -> None:
        job = finished_job(alice)

        assert operator.get(reverse(JOBS)).status_code == 200
        assert operator.get(reverse(JOBS), {"q": str(job.pk)}).context["cl"].result_count == 1
        page = operator.get(reverse("admin:inference_job_change", args=[job.pk]))
        assert page.status_code == 200

    def test_names_the_jobs_without_an_error_in_the_filter(
        self, operator: Client, alice: User
    ) -> None:
        failed = make_job(
            alice, state=Job.State.FAILED, error_code="timeout", completed_at=timezone.now()
        )
        finished_job(alice)
        page = operator.get(reverse(JOBS))
        link = re.search(r'<a href="\?error_code=">\s*(.*?)</a>', page.text)
        assert link
        assert link[1] == "Empty"
        assert (
            failed not in operator.get(reverse(JOBS), {"error_code": ""}).context["cl"].result_list
        )

    def test_cancels_waiting_jobs_and_leaves_finished_ones(
        self, operator: Client, alice: User
    ) -> None:
        waiting, done = make_job(alice), finished_job(alice)
        chosen = {"action": "cancel", "_selected_action": [waiting.pk, done.pk]}

        operator.post(reverse(JOBS), chosen)

        waiting.refresh_from_db()
        done.refresh_from_db()
        assert (waiting.state, waiting.canceled_by) == (Job.State.CANCELED, "operator")
        assert done.state == Job.State.SUCCEEDED

    def test_does_not_let_those_cancel_who_may_only_view(self, client: Client, alice: User) -> None:
        viewer = make_user("vera", is_staff=True)
        viewer.user_permissions.set(Permission.objects.filter(codename="view_job"))
        client.force_login(viewer)
        waiting = make_job(alice)

        client.post(reverse(JOBS), {"action": "cancel", "_selected_action": [waiting.pk]})

        waiting.refresh_from_db()
        assert waiting.state == Job.State.QUEUED
        assert client.get(reverse(JOBS)).status_code == 200

    @pytest.mark.parametrize("action", ["add", "delete"])
    def test_offers_no_other_change(self, operator: Client, alice: User, action: str) -> None:
        args = [] if action == "add" else [make_job(alice).pk]
        address = reverse(f"admin:inference_job_{action}", args=args)

        assert operator.get(address).status_code == 403

    def test_is_closed_to_others(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        assert client.get(reverse(JOBS)).status_code == 302


class TestPhotoAdmin:
    def test_lists_figures_and_no_pictures(self, operator: Client, alice: User) -> None:
        photo = make_job(alice).photo

        page = operator.get(reverse("admin:inference_photo_changelist"))

        assert page.status_code == 200
        assert str(photo.file.name) not in page.content.decode()


class TestProofSheetAdmin:
    def test_lists_the_queue_and_shows_one(self, operator: Client, alice: User) -> None:
        sheet = make_sheet(alice)

        page = operator.get(reverse("admin:inference_proofsheet_changelist"))
        detail = operator.get(reverse("admin:inference_proofsheet_change", args=[sheet.pk]))

        assert (page.status_code, detail.status_code) == (200, 200)
        assert str(sheet.pk) in detail.content.decode()

    def test_is_closed_to_others(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        assert client.get(reverse("admin:inference_proofsheet_changelist")).status_code == 302
