"""Tests of predictions: before a job is submitted, while it waits and while it runs."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference.live.estimates import Eta, estimate, eta_of, promise
from inference.live.snapshots.job import job_snapshot
from inference.models import Job, Photo
from inference.queue import jobs as job_queue
from inference.queue.durations import Work, record
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo, make_user

pytestmark = pytest.mark.django_db
FAST = TransferSpec(size=64)


@pytest.fixture
def photo(alice: User) -> Photo:
    return make_photo(alice)


@pytest.fixture
def history(photo: Photo) -> None:
    """Store times of three to five seconds for pictures like this."""
    for seconds in (3.0, 4.0, 5.0, 4.0):
        record(Work.of(photo, FAST), device="cpu", seconds=seconds)


def running(job: Job, *, seconds_ago: float, done: int = 0, total: int = 0) -> Job:
    """Return `job` as claimed some time ago."""
    claimed = job_queue.claim()
    assert claimed == job
    began = timezone.now() - timedelta(seconds=seconds_ago)
    Job.objects.filter(pk=job.pk).update(started_at=began, done=done, total=total)
    return Job.objects.get(pk=job.pk)


def eta(job: Job, ahead: int = 0) -> Eta:
    found = eta_of(job, ahead)
    assert found is not None
    return found


class TestEstimate:
    def test_guesses_if_nothing_was_painted(self, alice: User, photo: Photo) -> None:
        predicted = estimate(owner=alice, photo=photo, spec=FAST)
        assert (predicted.basis, predicted.device, predicted.ahead) == ("guess", "cpu", 0)
        assert 0 < predicted.eta["p50"] < predicted.eta["p90"]

    @pytest.mark.usefixtures("history")
    def test_is_the_painting_alone_while_no_job_waits(self, alice: User, photo: Photo) -> None:
        predicted = estimate(owner=alice, photo=photo, spec=FAST)
        assert predicted.basis == "history"
        assert predicted.eta == {"p50": 4.0, "p90": 6.2}

    @pytest.mark.usefixtures("history")
    def test_adds_the_wait_for_those_ahead(self, alice: User, photo: Photo) -> None:
        for _ in range(2):
            make_job(paint_p50=10.0, paint_p90=20.0)
        running(Job.objects.order_by("created_at")[0], seconds_ago=0)

        predicted = estimate(owner=alice, photo=photo, spec=FAST)

        assert predicted.ahead == 1
        assert predicted.eta["p50"] == pytest.approx(10 + 10 + 4, abs=0.5)
        assert predicted.eta["p90"] == pytest.approx(20 + 20 + 6.2, abs=0.5)

    def test_is_longer_for_a_larger_picture(self, alice: User, photo: Photo) -> None:
        sizes = [64, 512, 2048]
        estimates = [
            estimate(owner=alice, photo=photo, spec=TransferSpec(size=size)) for size in sizes
        ]
        assert sorted(each.eta["p50"] for each in estimates) == [e.eta["p50"] for e in estimates]
        memory = [each.plan.mb for each in estimates]
        assert memory == sorted(set(memory))

    def test_counts_tiles(self, alice: User, photo: Photo) -> None:
        assert estimate(owner=alice, photo=photo, spec=FAST).plan.tiles == 1
        large = estimate(owner=alice, photo=photo, spec=TransferSpec(size=4096))
        assert large.plan.tiles > 1

    def test_usually_has_no_warning(self, alice: User, photo: Photo) -> None:
        assert estimate(owner=alice, photo=photo, spec=FAST).warnings == []

    def test_warns_of_an_enlarged_photo(self, alice: User, photo: Photo) -> None:
        [warned] = estimate(owner=alice, photo=photo, spec=TransferSpec(size=192)).warnings
        assert warned.code == "enlarged"
        assert "192 × 128" in warned.message

    def test_warns_of_too_little_memory(
        self, alice: User, photo: Photo, settings: Settings
    ) -> None:
        settings.STYLEWEB_MEMORY_MB = 40
        predicted = estimate(owner=alice, photo=photo, spec=TransferSpec(size=4096))
        assert predicted.warnings[-1].code == "too_large_for_memory"
        assert predicted.plan.mb == 0

    def test_warns_of_a_job_that_may_time_out(
        self, alice: User, photo: Photo, settings: Settings
    ) -> None:
        settings.JOB_DEADLINE_SECONDS = 1
        spec = TransferSpec("optimize", size=1024, steps=2000)
        codes = {each.code for each in estimate(owner=alice, photo=photo, spec=spec).warnings}
        assert "may_time_out" in codes

    @pytest.mark.usefixtures("optimize_enlarges")
    def test_warns_of_a_picture_that_is_painted_smaller(self, alice: User, photo: Photo) -> None:
        spec = TransferSpec("optimize", size=4096)
        codes = {each.code for each in estimate(owner=alice, photo=photo, spec=spec).warnings}
        assert "painted_smaller" in codes


class TestPromise:
    @pytest.mark.usefixtures("history")
    def test_stores_the_estimate_that_was_shown(self, alice: User, photo: Photo) -> None:
        shown = estimate(owner=alice, photo=photo, spec=FAST)
        kept = promise(owner=alice, photo=photo, spec=FAST)
        assert (kept["eta_p50"], kept["eta_p90"]) == (shown.eta["p50"], shown.eta["p90"])
        assert (kept["paint_p50"], kept["paint_p90"]) == (4.0, 6.25)


class TestEta:
    def test_of_a_waiting_job_grows_with_those_ahead(self, alice: User) -> None:
        for _ in range(3):
            make_job(paint_p50=10.0, paint_p90=20.0)
        job = make_job(alice, paint_p50=10.0, paint_p90=20.0)
        assert [eta(job, ahead)["p50"] for ahead in range(1, 4)] == [20.0, 30.0, 40.0]

    def test_of_a_running_job_shrinks_with_time(self, alice: User) -> None:
        job = running(make_job(alice, paint_p50=10.0, paint_p90=20.0), seconds_ago=6)
        assert eta(job)["p50"] == pytest.approx(4, abs=0.3)
        assert eta(job)["p90"] == pytest.approx(14, abs=0.3)

    def test_follows_the_pace_of_a_running_job(self, alice: User) -> None:
        job = running(
            make_job(alice, paint_p50=10.0, paint_p90=20.0), seconds_ago=30, done=10, total=40
        )
        assert eta(job)["p50"] == pytest.approx(90, abs=1)
        assert eta(job)["p90"] > eta(job)["p50"]

    def test_never_predicts_that_no_time_is_left(self, alice: User) -> None:
        job = running(make_job(alice, paint_p50=1.0, paint_p90=2.0), seconds_ago=60)
        assert 0 < eta(job)["p50"] < eta(job)["p90"]

    def test_is_unknown_for_a_job_without_promise(self, alice: User) -> None:
        assert eta_of(make_job(alice), 0) is None

    def test_is_none_after_the_end_of_the_job(self, alice: User) -> None:
        job = make_job(alice, paint_p50=1.0, paint_p90=2.0)
        job_queue.cancel(job, by="owner")
        assert eta_of(Job.objects.get(pk=job.pk), 0) is None

    def test_comes_with_the_snapshot(self) -> None:
        make_job(make_user("first"), paint_p50=2.0, paint_p90=3.0)
        job = make_job(paint_p50=2.0, paint_p90=3.0)
        snapshot = job_snapshot(Job.objects.with_parts().get(pk=job.pk))
        assert snapshot["queue"]["ahead"] == 1
        assert snapshot["eta"] == {"p50": 4.0, "p90": 6.0}
