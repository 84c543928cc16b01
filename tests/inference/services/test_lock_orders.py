"""Tests that requests and workers that need the same rows never wait for each other in a circle.

Each test brings the transactions into the order in which they once stood still.
"""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from gallery.models import Artwork
from gallery.revisions import show_version
from gallery.services import keep_artwork
from inference.files.stored import StoredPicture
from inference.models import Job, Photo, ProofSheet
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue.sheets import Outcome
from inference.services.jobs import delete_job, submit_job
from inference.services.photos import PhotoInUse, delete_photo
from inference.services.proofs import request_proofs
from inference.services.refusals import PhotoUnavailable, RevisionInUse, RevisionNotReady
from inference.services.revisions import delete_revision
from style_transfer.core.spec import TransferSpec
from tests.support.factories import (
    developable_job,
    finished_job,
    make_photo,
    make_revision_row,
    make_sheet,
    make_style,
)
from tests.support.lock_waits import lock_held, only_postgresql, threads, waiting_for_locks
from tests.support.servers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), only_postgresql]


def request_of(owner: User, photo: Photo) -> dict[str, Any]:
    """Return a request for a job."""
    return {
        "owner": owner,
        "photo": photo,
        "styles": [(make_style(), 1.0)],
        "spec": TransferSpec(size=64),
        "job_id": uuid4(),
    }


def test_repeats_a_submission_while_a_worker_claims_its_job(
    alice: User, wakeups: list[str]
) -> None:
    request = request_of(alice, make_photo(alice))
    with threads() as started:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=alice.pk)
            repeated = started.start(lambda: submit_job(**request))
            job, _new = submit_job(**request)
            queue = lock_held("queue")
            queue.__enter__()
        wait_until(lambda: repeated.done() or waiting_for_locks() == 1, "the repeated request")
        claimed = started.start(job_queue.claim)
        queue.__exit__(None, None, None)

        assert repeated.result() == (job, False)
        assert claimed.result() == job
    assert Job.objects.get().attempt == 1


def test_replaces_a_sheet_while_its_worker_writes_a_tile(alice: User, wakeups: list[str]) -> None:
    photo = make_photo(alice)
    make_sheet(alice, photo=photo)
    sheet = sheet_queue.claim()
    assert sheet is not None
    style, other = sheet.styles.get(), make_style("other")
    picture = StoredPicture("proofs/tile.webp", 64, 43)
    with threads() as started:
        with transaction.atomic():
            tile = sheet_queue.record_tile(sheet, style, Outcome(picture))
            requested = started.start(
                lambda: request_proofs(owner=alice, photo=photo, styles=[other])
            )

        assert tile is not None
        assert requested.result().styles.get() == other
    assert ProofSheet.objects.filter(state="queued").count() == 1


def test_deletes_a_photo_while_a_job_is_submitted_for_it(alice: User, wakeups: list[str]) -> None:
    photo = finished_job(alice).photo
    request = request_of(alice, Photo.objects.get())
    with threads() as started:
        with lock_held("queue"):
            submitted = started.start(lambda: submit_job(**request))
            deleted = started.start(lambda: delete_photo(photo=photo))

        job, _new = submitted.result()
        with pytest.raises(PhotoInUse):
            deleted.result()
    assert job in Job.objects.active()


def test_submits_a_job_while_its_photo_is_deleted(alice: User, wakeups: list[str]) -> None:
    photo = finished_job(alice).photo
    request = request_of(alice, Photo.objects.get())
    with threads() as started:
        with transaction.atomic():
            Photo.objects.select_for_update().get(pk=photo.pk)
            submitted = started.start(lambda: submit_job(**request))
            delete_photo(photo=photo)

        with pytest.raises(PhotoUnavailable):
            submitted.result()
    assert not Job.objects.exists()


def test_deletes_a_version_while_an_artwork_begins_to_show_it(
    alice: User, media_root: Path, wakeups: list[str]
) -> None:
    job = developable_job(alice)
    artwork, revision = keep_artwork(job=job), make_revision_row(job)
    with threads() as started:
        with transaction.atomic():
            show_version(artwork=artwork, revision=revision)
            deleted = started.start(lambda: delete_revision(revision=revision))

        with pytest.raises(RevisionInUse):
            deleted.result()
    assert Artwork.objects.get().revision == revision


def test_shows_a_version_while_it_is_deleted(
    alice: User, media_root: Path, wakeups: list[str]
) -> None:
    job = developable_job(alice)
    artwork, revision = keep_artwork(job=job), make_revision_row(job)
    with threads() as started:
        with transaction.atomic():
            delete_revision(revision=revision)
            shown = started.start(lambda: show_version(artwork=artwork, revision=revision))

        with pytest.raises(RevisionNotReady):
            shown.result()
    assert Artwork.objects.get().revision is None


def test_deletes_a_job_while_an_artwork_begins_to_show_a_version_of_it(
    alice: User, media_root: Path, wakeups: list[str]
) -> None:
    job = developable_job(alice)
    artwork, revision = keep_artwork(job=job), make_revision_row(job)
    with threads() as started:
        with transaction.atomic():
            show_version(artwork=artwork, revision=revision)
            deleted = started.start(lambda: delete_job(job=job))

        deleted.result()
    left = Artwork.objects.get()
    assert (left.job, left.revision) == (None, None)
    assert left.recipe["development"] == {"strength": 0.5, "color": "style"}
