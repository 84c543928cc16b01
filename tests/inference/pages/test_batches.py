"""The page of a batch, requested by the owner, a stranger and an anonymous visitor."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference.models import Batch, Job
from tests.inference.pages.conftest import client_of
from tests.support.factories import finished_job, make_job, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(alice: User) -> Batch:
    """Return a batch of alice: one picture is done, one waits."""
    batch: Batch = Batch.objects.create(owner=alice, request_digest="d" * 64)
    finished_job(alice, in_batch=batch, styles=[make_style("woodcut")])
    make_job(alice, in_batch=batch, styles=[make_style("mosaic")])
    return batch


def test_shows_the_progress_of_the_batch_and_of_each_job(alice: User, batch: Batch) -> None:
    page = client_of(alice).get(reverse("batch", args=[batch.pk]))
    assert page.status_code == 200
    assert "1 of 2 done" in " ".join(page.text.split())
    assert 'value="0.5000"' in page.text
    for job in batch.jobs.all():
        assert job.get_absolute_url() in page.text


def test_shows_the_picture_or_the_photo_of_each_job(alice: User, batch: Batch) -> None:
    page = client_of(alice).get(reverse("batch", args=[batch.pk])).text
    done, waiting = batch.jobs.order_by("created_at")
    assert reverse("job-preview", args=[done.pk, done.preview_version]) in page
    assert reverse("photo-file", args=[waiting.photo_id, "thumb"]) in page


def test_names_the_seq_that_it_shows_so_that_only_newer_events_are_drawn(
    alice: User, batch: Batch
) -> None:
    page = client_of(alice).get(reverse("batch", args=[batch.pk])).text
    assert f'data-api="/api/v1/batches/{batch.pk}/"' in page
    for job in batch.jobs.all():
        row = page[page.index(f'data-job="{job.pk}"') :]
        assert row.split()[1:3] == [f'data-seq="{job.seq}"', f'data-state="{job.state}">']


def test_refreshes_until_all_have_ended(alice: User, batch: Batch) -> None:
    address = reverse("batch", args=[batch.pk])
    page = client_of(alice).get(address).text
    assert 'http-equiv="refresh"' in page

    answer = client_of(alice).post(reverse("batch-cancel", args=[batch.pk]))

    assert answer.headers["Location"] == address
    assert sorted(batch.jobs.values_list("state", flat=True)) == ["canceled", "succeeded"]
    page = client_of(alice).get(address).text
    assert 'http-equiv="refresh"' not in page
    assert reverse("batch-cancel", args=[batch.pk]) not in page


def test_is_linked_from_each_of_its_jobs(alice: User, batch: Batch) -> None:
    for job in batch.jobs.all():
        page = client_of(alice).get(job.get_absolute_url())
        assert reverse("batch", args=[batch.pk]) in page.text
    alone = finished_job(alice)
    page = client_of(alice).get(alone.get_absolute_url())
    assert 'href="/batches/' not in page.text


@pytest.mark.parametrize(("name", "method"), [("batch", "get"), ("batch-cancel", "post")])
def test_is_shown_to_the_owner_only(bob: User, batch: Batch, name: str, method: str) -> None:
    address = reverse(name, args=[batch.pk])
    assert getattr(client_of(bob), method)(address).status_code == 404
    answer = getattr(Client(), method)(address)
    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert Job.objects.filter(state="queued").count() == 1


def test_needs_a_fixed_number_of_queries(
    alice: User, batch: Batch, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        make_job(alice, in_batch=batch, styles=[make_style(f"style-{number}")])
    client = client_of(alice)
    with django_assert_max_num_queries(12):
        client.get(reverse("batch", args=[batch.pk]))
