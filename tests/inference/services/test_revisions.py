"""Revisions as users ask for them: made once, shown, deleted, within limits."""

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from inference.models import Job, Revision
from inference.services.jobs import delete_job
from inference.services.photos import delete_photo
from inference.services.refusals import (
    AsPainted,
    JobDeleted,
    NotDevelopable,
    RevisionNotReady,
    RevisionsWaiting,
    TooManyRevisions,
)
from inference.services.revisions import (
    MAX_REVISIONS,
    MAX_WAITING,
    delete_revision,
    make_revision,
    show_revision,
)
from inference.services.storage import StorageQuotaExceeded, storage_of
from style_transfer.core.development import Development
from style_transfer.core.spec import Color
from tests.support.factories import developable_job, finished_job, make_job, make_revision_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
Committed = DjangoCaptureOnCommitCallbacks
HALF = Development(0.5, Color.STYLE)


def shown(job: Job) -> object:
    return Job.objects.get(pk=job.pk).shown_id


class TestMakeRevision:
    def test_puts_one_in_line_and_wakes_a_worker(
        self, alice: User, wakeups: list[str], django_capture_on_commit_callbacks: Committed
    ) -> None:
        job = developable_job(alice)
        with django_capture_on_commit_callbacks(execute=True):
            revision, is_new = make_revision(job=job, development=HALF)
        assert (revision.state, is_new) == (Revision.State.QUEUED, True)
        assert (revision.strength, revision.color, revision.is_wanted) == (0.5, "style", True)
        assert wakeups == ["inference.tasks.serve_queue"]

    def test_returns_the_same_one_for_the_same_settings(self, alice: User) -> None:
        job = developable_job(alice)
        first, _ = make_revision(job=job, development=HALF)
        again, is_new = make_revision(job=job, development=Development(0.5004))
        assert (again.pk, is_new) == (first.pk, False)

    def test_shows_one_that_is_ready_at_once(self, alice: User) -> None:
        job = developable_job(alice)
        ready = make_revision_row(job)
        seq = job.seq
        make_revision(job=job, development=HALF)
        assert shown(job) == ready.pk
        assert Job.objects.get(pk=job.pk).seq == seq + 1

    def test_makes_one_that_failed_again(self, alice: User) -> None:
        job = developable_job(alice)
        make_revision_row(
            job,
            ready=False,
            state="failed",
            attempt=3,
            completed_at=timezone.now(),
            error_code="storage_full",
        )
        again, is_new = make_revision(job=job, development=HALF)
        assert (again.state, again.attempt, again.error_code, is_new) == ("queued", 0, "", True)

    def test_lets_only_the_last_one_be_shown_when_ready(self, alice: User) -> None:
        job = developable_job(alice)
        first, _ = make_revision(job=job, development=HALF)
        second, _ = make_revision(job=job, development=Development(0.7))
        assert not Revision.objects.get(pk=first.pk).is_wanted
        assert Revision.objects.get(pk=second.pk).is_wanted
        make_revision(job=job, development=HALF)
        assert Revision.objects.get(pk=first.pk).is_wanted
        assert not Revision.objects.get(pk=second.pk).is_wanted

    def test_refuses_the_settings_of_the_painting(self, alice: User) -> None:
        with pytest.raises(AsPainted) as refusal:
            make_revision(job=developable_job(alice), development=Development(1, Color.STYLE))
        assert refusal.value.code == "as_painted"

    def test_refuses_a_picture_that_is_not_finished(self, alice: User) -> None:
        with pytest.raises(NotDevelopable, match="not finished"):
            make_revision(job=make_job(alice), development=HALF)

    def test_says_plainly_that_an_old_picture_lacks_its_parts(self, alice: User) -> None:
        with pytest.raises(NotDevelopable, match="Paint it again") as refusal:
            make_revision(job=finished_job(alice), development=HALF)
        assert (refusal.value.code, refusal.value.status) == ("not_developable", 409)

    def test_keeps_a_limit_for_a_picture(self, alice: User) -> None:
        job = developable_job(alice)
        for number in range(MAX_REVISIONS):
            make_revision_row(job, strength=number / 100)
        with pytest.raises(TooManyRevisions, match="20 versions"):
            make_revision(job=job, development=HALF)
        make_revision(job=job, development=Development(0.05))  # one of them

    def test_keeps_a_limit_for_what_waits(self, alice: User) -> None:
        jobs = [developable_job(alice) for _ in range(MAX_WAITING + 1)]
        for job in jobs[:-1]:
            make_revision(job=job, development=HALF)
        with pytest.raises(RevisionsWaiting) as refusal:
            make_revision(job=jobs[-1], development=HALF)
        assert (refusal.value.status, refusal.value.retry_after) == (429, 5)

    def test_counts_towards_the_storage(self, alice: User, settings: Settings) -> None:
        job = developable_job(alice, painted="jobs/own.jpg", painted_bytes=1000)
        before = storage_of(alice)
        revision = make_revision_row(job)
        assert before == job.photo.bytes + job.photo.small_bytes + 1000
        assert storage_of(alice) == before + revision.bytes
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(alice)
        with pytest.raises(StorageQuotaExceeded):
            make_revision(job=job, development=Development(0.6))


class TestShowRevision:
    def test_shows_any_of_them_and_the_painting_again(self, alice: User) -> None:
        job = developable_job(alice)
        one, other = make_revision_row(job), make_revision_row(job, strength=0.2)
        for each in (one, other, None, one):
            found = show_revision(job=job, revision=each)
            assert found.shown == each
            assert found.shown_file == (each.file if each else job.result)

    def test_refuses_one_that_is_not_ready(self, alice: User) -> None:
        job = developable_job(alice)
        with pytest.raises(RevisionNotReady):
            show_revision(job=job, revision=make_revision_row(job, ready=False))
        assert shown(job) is None

    def test_counts_for_more_than_one_that_is_being_made(self, alice: User) -> None:
        job = developable_job(alice)
        made, _ = make_revision(job=job, development=HALF)
        show_revision(job=job, revision=None)
        assert not Revision.objects.get(pk=made.pk).is_wanted


class TestDelete:
    def test_removes_the_file_and_shows_the_painting(
        self, alice: User, django_capture_on_commit_callbacks: Committed
    ) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job)
        show_revision(job=job, revision=revision)
        with django_capture_on_commit_callbacks(execute=True):
            delete_revision(revision=revision)
        assert shown(job) is None
        assert not Revision.objects.exists()
        assert not default_storage.exists(revision.file)

    @pytest.mark.parametrize("what", ["job", "photo"])
    def test_goes_with_its_job(
        self, alice: User, what: str, django_capture_on_commit_callbacks: Committed
    ) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job)
        show_revision(job=job, revision=revision)
        with django_capture_on_commit_callbacks(execute=True):
            if what == "job":
                delete_job(job=job)
            else:
                delete_photo(photo=job.photo)
        assert not Revision.objects.exists()
        assert not default_storage.exists(revision.file)
        assert not default_storage.exists(job.result)


class TestDeletedAtTheSameTime:
    def test_is_refused_when_the_job_is_gone(self, alice: User) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job)
        delete_job(job=job)
        with pytest.raises(JobDeleted):
            make_revision(job=job, development=HALF)
        with pytest.raises(JobDeleted):
            show_revision(job=job, revision=None)
        with pytest.raises(JobDeleted):
            delete_revision(revision=revision)

    def test_is_refused_when_the_version_is_gone(self, alice: User) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job)
        stale = Revision.objects.get()
        delete_revision(revision=revision)
        with pytest.raises(RevisionNotReady, match="was deleted"):
            show_revision(job=job, revision=stale)
        delete_revision(revision=stale)
