"""Tests of how one attempt ends, and of the files of each end."""

from functools import partial
from pathlib import Path

import pytest

from accounts.models import User
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.services.jobs import cancel_job
from inference.worker.attempts import Attempt, every_end_written, load_request
from style_transfer.core.spec import PaintRequest, Step
from tests.support.factories import make_job, make_photo, make_picture, make_style
from tests.support.races import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
PICTURE = make_picture((64, 43))
RACES = 100


def claimed(**fields: object) -> Job:
    make_job(**fields)  # type: ignore[arg-type]
    job = job_queue.claim()
    assert job is not None
    return job


def files_of(job: Job, media_root: Path) -> set[str]:
    return {
        str(path.relative_to(media_root)) for path in media_root.glob(f"jobs/*/{job.pk}/**/*.*")
    }


def finish(job: Job) -> None:
    with every_end_written(job):
        Attempt(job).finish(Step(1, 1, "done", PICTURE))


class TestLoadRequest:
    def test_opens_photo_styles_and_settings(self, alice: User) -> None:
        job = claimed(owner=alice, styles=[make_style("woodcut"), make_style("mosaic")])

        request = load_request(job)

        assert isinstance(request, PaintRequest)
        assert request.content.size == (job.photo.width, job.photo.height)
        assert len(request.styles) == 2
        assert request.spec.to_json() == job.spec


@pytest.mark.django_db(transaction=True)
class TestCancelAgainstFinish:
    def test_ends_in_one_state_with_the_files_of_that_state(
        self, alice: User, media_root: Path
    ) -> None:
        photo, style = make_photo(alice), make_style()
        ends = set()
        for number in range(RACES):
            job = claimed(owner=alice, photo=photo, styles=[style])
            calls = [partial(finish, job), partial(cancel_job, job=job)]

            together(*(calls if number % 2 else reversed(calls)))

            row = Job.objects.get(pk=job.pk)
            ends.add(row.state)
            if row.state == Job.State.SUCCEEDED:
                assert files_of(job, media_root) == {row.result, row.preview}
            else:
                assert (row.state, row.result, row.preview) == (Job.State.CANCELED, "", "")
                assert files_of(job, media_root) == set()
        assert ends <= {Job.State.SUCCEEDED, Job.State.CANCELED}
