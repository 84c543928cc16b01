"""Tests of what users do with jobs: submit, cancel, stop and delete them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from accounts.session_news import group_of
from inference.models import Job, Photo
from inference.queue import jobs as job_queue
from inference.services.jobs import announce, cancel_job, delete_job, stop_job, submit_job
from inference.services.refusals import (
    JobConflict,
    JobRefused,
    NetworkMissing,
    NothingToKeep,
    PhotoUnavailable,
    StyleNeedsPicture,
    StyleUnavailable,
    TooManyJobs,
)
from library.models import Style
from style_transfer.core.spec import TransferSpec
from tests.support.factories import finished_job, make_code_style, make_job, make_photo, make_style

SPEC = TransferSpec(size=64, steps=2)


@pytest.fixture
def photo(alice: User) -> Photo:
    return make_photo(alice)


@pytest.fixture
def wave(db: None) -> Style:
    return make_style("great-wave")


class TestSubmitJob:
    def test_puts_a_job_into_the_queue(self, alice: User, photo: Photo, wave: Style) -> None:
        night = make_style("starry-night")

        job, created = submit_job(
            owner=alice, photo=photo, styles=[(wave, 0.7), (night, 0.3)], spec=SPEC
        )

        assert created
        assert (job.state, job.owner, job.spec) == (Job.State.QUEUED, alice, SPEC.to_json())
        weights = {use.style.slug: use.weight for use in job.job_styles.all()}
        assert weights == {"great-wave": 0.7, "starry-night": 0.3}
        assert job.paint_p50
        assert job.paint_p90
        assert (job.eta_p50 or 0) <= (job.eta_p90 or 0)

    def test_sends_one_wakeup_after_the_commit(
        self,
        alice: User,
        photo: Photo,
        wave: Style,
        wakeups: list[str],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            submit_job(owner=alice, photo=photo, styles=[(wave, 1.0)], spec=SPEC)
            assert wakeups == []

        assert len(wakeups) == 1

    def test_returns_the_same_job_for_a_repeated_request(
        self, alice: User, photo: Photo, wave: Style
    ) -> None:
        key = uuid4()
        styles = [(wave, 1.0)]
        first, _ = submit_job(owner=alice, photo=photo, styles=styles, spec=SPEC, job_id=key)

        again, created = submit_job(owner=alice, photo=photo, styles=styles, spec=SPEC, job_id=key)

        assert (again, created) == (first, False)
        assert Job.objects.count() == 1

    def test_refuses_the_id_of_another_request(
        self, alice: User, photo: Photo, wave: Style
    ) -> None:
        key = uuid4()
        submit_job(owner=alice, photo=photo, styles=[(wave, 1.0)], spec=SPEC, job_id=key)

        with pytest.raises(JobConflict) as refusal:
            submit_job(owner=alice, photo=photo, styles=[(wave, 0.5)], spec=SPEC, job_id=key)

        assert (refusal.value.code, refusal.value.status) == ("job_conflict", 422)
        assert refusal.value.message

    def test_refuses_the_id_of_another_user(
        self, alice: User, bob: User, photo: Photo, wave: Style
    ) -> None:
        key = uuid4()
        submit_job(owner=alice, photo=photo, styles=[(wave, 1.0)], spec=SPEC, job_id=key)

        with pytest.raises(JobConflict):
            submit_job(
                owner=bob, photo=make_photo(bob), styles=[(wave, 1.0)], spec=SPEC, job_id=key
            )

    def test_refuses_the_photo_of_another_user(self, bob: User, photo: Photo, wave: Style) -> None:
        with pytest.raises(PhotoUnavailable):
            submit_job(owner=bob, photo=photo, styles=[(wave, 1.0)], spec=SPEC)

        assert not Job.objects.exists()

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_refuses_a_style_that_is_not_published(
        self, alice: User, photo: Photo, state: str
    ) -> None:
        with pytest.raises(StyleUnavailable):
            submit_job(owner=alice, photo=photo, styles=[(make_style(state=state), 1.0)], spec=SPEC)

        assert not Job.objects.exists()

    @pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
    def test_refuses_an_invalid_weight(
        self, alice: User, photo: Photo, wave: Style, weight: float
    ) -> None:
        with pytest.raises(StyleUnavailable):
            submit_job(owner=alice, photo=photo, styles=[(wave, weight)], spec=SPEC)

    @pytest.mark.parametrize("number", [0, 5])
    def test_refuses_no_style_and_more_than_four(
        self, alice: User, photo: Photo, number: int
    ) -> None:
        styles = [(make_style(f"style-{each}"), 1.0) for each in range(number)]

        with pytest.raises(StyleUnavailable):
            submit_job(owner=alice, photo=photo, styles=styles, spec=SPEC)

    def test_refuses_one_style_twice(self, alice: User, photo: Photo, wave: Style) -> None:
        with pytest.raises(StyleUnavailable):
            submit_job(owner=alice, photo=photo, styles=[(wave, 1.0), (wave, 0.5)], spec=SPEC)

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_refuses_a_method_that_needs_a_picture_for_a_style_without_one(
        self, alice: User, photo: Photo, wave: Style
    ) -> None:
        cafe = make_code_style("night-cafe")
        with pytest.raises(StyleNeedsPicture, match="not available for “Night Cafe”"):
            submit_job(
                owner=alice,
                photo=photo,
                styles=[(wave, 1), (cafe, 1)],
                spec=TransferSpec(method="optimize"),
            )
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        ("settings", "code"),
        [({"steps": 1001}, "too_many_steps"), ({"features": "vgg19"}, "features_missing")],
    )
    def test_refuses_what_the_textbook_recipe_cannot_do_here(
        self, alice: User, photo: Photo, wave: Style, settings: dict[str, Any], code: str
    ) -> None:
        spec = TransferSpec.from_json({"method": "gatys", **settings})
        with pytest.raises(JobRefused) as caught:
            submit_job(owner=alice, photo=photo, styles=[(wave, 1)], spec=spec)
        assert caught.value.code == code
        assert "python" not in caught.value.message
        assert not Job.objects.exists()

    def test_refuses_a_network_that_was_not_trained(
        self, alice: User, photo: Photo, wave: Style
    ) -> None:
        with pytest.raises(NetworkMissing, match="no network for “Great Wave” yet"):
            submit_job(
                owner=alice, photo=photo, styles=[(wave, 1)], spec=TransferSpec(method="network")
            )
        assert not Job.objects.exists()

    def test_limits_the_waiting_jobs_of_one_user(
        self, alice: User, photo: Photo, wave: Style, settings: Settings
    ) -> None:
        settings.JOB_MAX_WAITING_PER_USER = 1
        submit_job(owner=alice, photo=photo, styles=[(wave, 1.0)], spec=SPEC)

        with pytest.raises(TooManyJobs) as refusal:
            submit_job(owner=alice, photo=photo, styles=[(wave, 0.9)], spec=SPEC)

        assert refusal.value.status == 429


class TestCancelJob:
    def test_ends_a_waiting_job(self, alice: User) -> None:
        job = cancel_job(job=make_job(alice))

        assert (job.state, job.canceled_by) == (Job.State.CANCELED, "owner")

    def test_gives_the_same_answer_twice(self, alice: User) -> None:
        job = make_job(alice)

        assert cancel_job(job=job).seq == cancel_job(job=job).seq

    def test_leaves_a_finished_job_as_it_is(self, alice: User) -> None:
        job = cancel_job(job=finished_job(alice))

        assert job.state == Job.State.SUCCEEDED
        assert default_storage.exists(job.result)

    def test_removes_the_files_of_a_running_job(
        self,
        alice: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        job = make_job(alice)
        name = default_storage.save(
            f"jobs/{job.pk.hex[:2]}/{job.pk}/preview.webp", ContentFile(b"picture")
        )
        job_queue.claim()

        with django_capture_on_commit_callbacks(execute=True):
            cancel_job(job=job)

        assert not default_storage.exists(name)


class TestStopJob:
    def test_asks_the_worker_of_a_running_job(self, alice: User) -> None:
        job = make_job(alice)
        job_queue.claim()

        assert stop_job(job=job).stop_requested

    def test_has_nothing_to_keep_of_a_waiting_job(self, alice: User) -> None:
        with pytest.raises(NothingToKeep):
            stop_job(job=make_job(alice))


class TestDeleteJob:
    def test_removes_the_row_and_every_file(
        self,
        alice: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        job = finished_job(alice)
        names = [job.result, job.preview]

        with django_capture_on_commit_callbacks(execute=True):
            delete_job(job=job)

        assert not Job.objects.filter(pk=job.pk).exists()
        assert [name for name in names if default_storage.exists(name)] == []

    def test_cancels_a_running_job_first(self, alice: User) -> None:
        make_job(alice)
        running = job_queue.claim()
        assert running is not None

        delete_job(job=running)

        assert not running.held.renew()


class TestAnnounce:
    def heard(self, owner: User, job: Job) -> bool:
        """Announce `job`, and tell whether the sockets of its owner get a message."""
        layer = get_channel_layer()
        assert layer is not None
        channel = async_to_sync(layer.new_channel)()
        async_to_sync(layer.group_add)(group_of(owner.pk), channel)
        announce(job.pk, job.lane)

        async def receive() -> bool:
            try:
                await asyncio.wait_for(layer.receive(channel), 0.1)
            except TimeoutError:
                return False
            return True

        return async_to_sync(receive)()

    def test_tells_the_owner(self, alice: User, wakeups: list[str]) -> None:
        assert self.heard(alice, make_job(alice))
        assert len(wakeups) == 1

    def test_waits_only_once_for_a_broker_that_is_away(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_args: object, **_options: object) -> None:
            raise OSError("refused")

        monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)

        assert not self.heard(alice, make_job(alice))
