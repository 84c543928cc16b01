"""The part of the result page that changes strength and colors, without script."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from inference.models import Job, Revision
from tests.inference.pages.conftest import client_of
from tests.support.factories import developable_job, finished_job, make_revision_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]


def page_of(user: User, job: Job, query: str = "") -> Any:
    return client_of(user).get(job.get_absolute_url() + query)


def send(user: User, name: str, pk: object, **body: object) -> Any:
    return client_of(user).post(reverse(name, args=[pk]), body, follow=True)


def shown(job: Job) -> object:
    return Job.objects.get(pk=job.pk).shown_id


def test_says_plainly_that_an_old_picture_cannot_be_changed(alice: User) -> None:
    page = page_of(alice, finished_job(alice)).text
    assert "because its parts were not kept" in page
    assert 'id="develop"' not in page


def test_keeps_a_version_and_undoes_it(alice: User) -> None:
    job = developable_job(alice)
    page = send(alice, "job-develop", job.pk, strength="0.4", color="content")
    revision = Revision.objects.get()
    assert (revision.strength, revision.color, revision.is_wanted) == (0.4, "content", True)
    assert "being made" in page.text
    assert 'http-equiv="refresh"' in page.text
    assert 'value="painted"' in page.text  # the undo


def test_lists_the_versions_and_shows_any_of_them(alice: User) -> None:
    job = developable_job(alice)
    revision = make_revision_row(job, color="match")
    page = page_of(alice, job).text
    assert "50%, In between" in page
    assert "As painted" in page
    assert "Undo" not in page

    page = send(alice, "job-show", job.pk, revision=str(revision.pk)).text
    assert shown(job) == revision.pk
    assert f"result/?version={revision.pk}" in page
    assert "Undo" in page
    assert 'value="0.5"' in page  # the slider begins where the picture is

    send(alice, "job-show", job.pk, revision="painted")
    assert shown(job) is None


def test_goes_back_to_the_painting_with_its_own_settings(alice: User) -> None:
    job = developable_job(alice)
    revision = make_revision_row(job)
    send(alice, "job-show", job.pk, revision=str(revision.pk))
    send(alice, "job-develop", job.pk, strength="1", color="style")
    assert shown(job) is None
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{"strength": "2", "color": "style"}, {"strength": "nan"}, {"color": "sepia"}]
)
def test_refuses_wrong_settings_in_words(alice: User, body: dict[str, str]) -> None:
    page = send(alice, "job-develop", developable_job(alice).pk, **body)
    assert "Choose a strength from 0 to 100 percent" in page.text
    assert not Revision.objects.exists()


def test_tells_why_it_cannot_be_made(alice: User) -> None:
    page = send(alice, "job-develop", finished_job(alice).pk, strength="0.5", color="style")
    assert "Paint it again to change them." in page.text


@pytest.mark.parametrize("revision", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_finds_no_version_of_another_name(alice: User, revision: str) -> None:
    assert send(alice, "job-show", developable_job(alice).pk, revision=revision).status_code == 404


def test_does_not_show_what_is_not_ready(alice: User) -> None:
    job = developable_job(alice)
    waiting = make_revision_row(job, ready=False)
    page = send(alice, "job-show", job.pk, revision=str(waiting.pk))
    assert "This version is not ready yet." in page.text


def test_deletes_a_version(alice: User) -> None:
    job = developable_job(alice)
    page = send(alice, "revision-delete", make_revision_row(job).pk)
    assert "The version was deleted." in page.text
    assert not Revision.objects.exists()


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "x", ""])
def test_leaves_the_site_after_no_deletion(alice: User, page: str) -> None:
    job = developable_job(alice)
    address = reverse("revision-delete", args=[make_revision_row(job).pk])
    answer = client_of(alice).post(address, {"next": page})
    assert answer.headers["Location"] == job.get_absolute_url()


def test_names_the_reason_of_a_failure(alice: User) -> None:
    job = developable_job(alice)
    make_revision_row(
        job,
        ready=False,
        state="failed",
        completed_at=job.completed_at,
        error_code="storage_full",
        error_hint="The server is out of disk space. Try again later.",
    )
    assert "out of disk space" in page_of(alice, job).text
