"""Tests of jobs that continue the painting of another job, with the real engine."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import User
from inference import worker
from inference.models import Job, Photo
from inference.services.jobs import delete_job
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo

# The heartbeat has its own connection, which sees only committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


def row(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def files_of(job: Job, media_root: Path) -> list[str]:
    return sorted(path.suffix for path in media_root.glob(f"jobs/*/{job.pk}/**/*.*"))


def pixels_of(job: Job) -> bytes:
    with default_storage.open(job.result) as file, Image.open(file) as result:
        return result.tobytes()


class TestGoingOn:
    """A new job continues a painting that ended."""

    @pytest.fixture
    def first(self, alice: User) -> Job:
        job = make_job(alice, spec=TransferSpec(method="optimize", size=64, steps=3))
        worker.serve_next()
        return row(job)

    def test_begins_where_the_first_ended(self, first: Job, media_root: Path) -> None:
        assert first.done == 3
        assert files_of(first, media_root) == [".jpg", ".jpg", ".state"]
        job = self._go_on(first, steps=2)

        worker.serve_next()

        done = row(job)
        assert (done.state, done.error_code, done.done) == (Job.State.SUCCEEDED, "", 5)
        assert done.can_continue
        assert pixels_of(done) != pixels_of(first)
        assert files_of(first, media_root) == [".jpg", ".jpg", ".state"]

    @pytest.mark.parametrize("gone", ["job", "file"])
    def test_fails_when_the_first_is_gone(self, first: Job, gone: str) -> None:
        job = self._go_on(first, steps=2)
        if gone == "job":
            delete_job(job=first)
        else:
            default_storage.delete(first.saved)

        worker.serve_next()

        assert (row(job).state, row(job).error_code) == (Job.State.FAILED, "input_unreadable")

    def test_fails_when_the_first_was_another_painting(self, first: Job) -> None:
        job = self._go_on(first, steps=2, photo=make_photo(first.owner, seed=9))

        worker.serve_next()

        assert row(job).error_code == "state_unusable"

    def test_never_continues_the_painting_of_another_user(self, first: Job, bob: User) -> None:
        job = self._go_on(first, steps=2, photo=make_photo(bob))

        worker.serve_next()

        assert row(job).error_code == "input_unreadable"

    @staticmethod
    def _go_on(first: Job, *, steps: int, photo: Photo | None = None) -> Job:
        spec = TransferSpec(method="optimize", size=64, steps=steps)
        styles = list(first.styles.all())
        photo = photo or first.photo
        return make_job(photo=photo, styles=styles, spec=spec, continues=first.pk)
