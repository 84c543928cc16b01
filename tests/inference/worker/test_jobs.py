"""Tests of the loop of a worker, with the real engine and with scripts in its place."""

import resource
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from inference import worker
from inference.models import DurationSample, Job, LossCurve
from inference.services.jobs import cancel_job, stop_job
from inference.worker import Served, attempts, engine, heartbeat
from library.models import Style
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.spec import Step, StyleInput, TransferSpec
from tests.inference.pages.conftest import client_of
from tests.support.factories import make_job, make_photo, make_picture, make_style, picture_bytes
from tests.support.servers import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
Script = Callable[[], Iterator[Step]]
Play = Callable[[Script], Job]
PICTURE = make_picture((64, 48))
DONE = Step(4, 4, "done", PICTURE)


def files_of(job: Job, media_root: Path) -> list[str]:
    return sorted(path.suffix for path in media_root.glob(f"jobs/*/{job.pk}/**/*.*"))


def row(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, alice: User) -> Play:
    """Return a function that serves a job of alice with a script in place of the engine."""

    def serve(script: Script) -> Job:
        monkeypatch.setattr(engine, "stylize", lambda *_, **_named: script())
        job = make_job(alice)
        assert worker.serve_next() is Served.TO_THE_END
        return row(job)

    return serve


def the_job() -> Job:
    return Job.objects.get()


# The heartbeat has its own connection, which sees only committed rows.
@pytest.mark.django_db(transaction=True)
class TestServeNext:
    def test_finds_nothing_to_do(self) -> None:
        assert worker.serve_next() is Served.NOTHING

    @pytest.mark.slow
    def test_paints_with_the_engine(self, alice: User, media_root: Path) -> None:
        job = make_job(alice, spec=TransferSpec(size=64))

        assert worker.serve_next() is Served.TO_THE_END

        done = row(job)
        assert (done.state, done.error_code) == (Job.State.SUCCEEDED, "")
        assert (done.result_width, done.result_height) == (64, 43)
        assert done.report["device"] == done.device == "cpu"
        with default_storage.open(done.result) as file, Image.open(file) as result:
            assert (result.format, result.size) == ("JPEG", (64, 43))
        assert files_of(job, media_root) == [".jpg", ".jpg"]

    @pytest.mark.slow
    def test_keeps_the_best_picture_of_a_descent_that_diverges(self, alice: User) -> None:
        spec = TransferSpec("gatys", size=64, steps=9, learning_rate=10)
        make_job(alice, spec=spec)
        assert worker.serve_next() is Served.TO_THE_END
        job = the_job()
        assert job.state == Job.State.SUCCEEDED
        assert job.stopped_early
        assert job.report["warnings"] == ["diverged"]
        # How long it took says nothing about how long such paintings take.
        assert not DurationSample.objects.exists()
        page = client_of(alice).get(job.get_absolute_url()).text
        assert "Choose a lower learning rate" in page

    @pytest.mark.slow
    def test_stores_how_the_losses_of_the_recipe_fell(self, alice: User) -> None:
        job = make_job(alice, spec=TransferSpec("gatys", size=64, steps=9))
        assert worker.serve_next() is Served.TO_THE_END
        curve = LossCurve.objects.get(job=job.pk)
        assert (curve.attempt, row(job).state) == (1, Job.State.SUCCEEDED)
        assert [point[0] for point in curve.points] == [*range(1, 10)]
        assert curve.latest == curve.points[-1]
        assert curve.points[-1][-1] < curve.points[0][-1]

    def test_keeps_transparency(self, alice: User, media_root: Path) -> None:
        photo = make_photo(alice)
        cut_out = make_picture((96, 64), mode="RGBA")
        cut_out.putalpha(Image.linear_gradient("L").resize(cut_out.size))
        photo.file.save("cut.png", ContentFile(picture_bytes(cut_out)))
        job = make_job(photo=photo, spec=TransferSpec(size=64, steps=2))

        worker.serve_next()

        with default_storage.open(row(job).result) as file, Image.open(file) as result:
            assert (result.format, result.mode) == ("PNG", "RGBA")

    def test_leaves_one_preview_and_one_result(self, play: Play, media_root: Path) -> None:
        def script() -> Iterator[Step]:
            for number in range(3):
                time.sleep(attempts.PROGRESS_SECONDS)
                yield Step(number, 4, "painting", PICTURE.copy())
            yield DONE

        job = play(script)

        assert job.preview_version == 4
        assert files_of(job, media_root) == [".jpg", ".jpg"]

    def test_writes_at_most_twice_a_second(self, play: Play) -> None:
        def script() -> Iterator[Step]:
            for number in range(1000):
                yield Step(number, 1000, "painting", PICTURE)
            yield DONE

        started = time.monotonic()
        job = play(script)

        # Creation, claim and finish each add one.
        assert job.seq <= 3 + (time.monotonic() - started) / attempts.PROGRESS_SECONDS

    def test_shows_no_step_of_a_job_that_is_done_at_once(self, play: Play) -> None:
        def script() -> Iterator[Step]:
            yield Step(0, 1, "painting", PICTURE.copy())
            yield DONE

        job = play(script)

        assert (job.preview_version, job.done, job.total) == (1, DONE.total, DONE.total)

    def test_sweeps_what_a_killed_attempt_left(self, play: Play, media_root: Path) -> None:
        def script() -> Iterator[Step]:
            job = the_job()
            orphan = default_storage.save(
                f"jobs/{job.pk.hex[:2]}/{job.pk}/x.jpg", ContentFile(b"half a picture")
            )
            assert default_storage.exists(orphan)
            yield DONE

        assert files_of(play(script), media_root) == [".jpg", ".jpg"]


class TestLeaving:
    @pytest.mark.slow
    def test_stops_at_a_cancel(self, play: Play, media_root: Path) -> None:
        after: list[int] = []

        def script() -> Iterator[Step]:
            yield Step(1, 4, "painting", PICTURE)
            cancel_job(job=the_job())
            time.sleep(attempts.PROGRESS_SECONDS)
            yield Step(2, 4, "painting", PICTURE.copy())
            after.append(2)
            yield DONE

        job = play(script)

        assert (job.state, job.result, after) == (Job.State.CANCELED, "", [])
        assert [suffix for suffix in files_of(job, media_root) if suffix == ".jpg"] == []

    def test_writes_no_result_after_a_cancel_before_the_last_step(
        self, play: Play, media_root: Path
    ) -> None:
        def script() -> Iterator[Step]:
            cancel_job(job=the_job())
            yield DONE

        job = play(script)

        assert (job.state, job.result) == (Job.State.CANCELED, "")
        assert files_of(job, media_root) == []

    @pytest.mark.slow
    def test_keeps_what_is_painted_when_stopped(self, play: Play, media_root: Path) -> None:
        from style_transfer.pipeline.stylize import stylize

        spec = TransferSpec(method="optimize", size=640, steps=20)

        def script() -> Iterator[Step]:
            inputs = [StyleInput(make_picture((48, 48)))]
            steps = stylize(make_picture((64, 48)), inputs, spec, device="cpu")
            yield next(steps)
            yield next(steps)
            stop_job(job=the_job())
            time.sleep(attempts.PROGRESS_SECONDS)
            yield next(steps)
            pytest.fail("it went on")

        job = play(script)

        assert (job.state, job.stopped_early) == (Job.State.SUCCEEDED, True)
        assert (job.result_width, job.result_height) == (640, 480)
        assert job.report["result_size"] == [640, 480]
        assert job.can_continue
        assert files_of(job, media_root) == [".jpg", ".jpg", ".state"]

    def test_paints_to_the_end_if_nothing_can_be_kept_yet(self, play: Play) -> None:
        def script() -> Iterator[Step]:
            yield Step(1, 4, "painting", PICTURE)
            stop_job(job=the_job())
            time.sleep(attempts.PROGRESS_SECONDS)
            yield Step(2, 4, "painting")
            yield DONE

        job = play(script)

        assert (job.state, job.stopped_early) == (Job.State.SUCCEEDED, False)

    def test_writes_nothing_once_another_attempt_holds_the_job(
        self, play: Play, media_root: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        lease = uuid4()

        def script() -> Iterator[Step]:
            Job.objects.update(lease=lease, attempt=2)
            yield DONE

        job = play(script)

        assert (job.state, job.lease, job.result) == (Job.State.RUNNING, lease, "")
        assert files_of(job, media_root) == []
        assert "fenced" in caplog.text


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (OutOfMemoryError("The machine is small."), "out_of_memory"),
            (MemoryError(), "out_of_memory"),
            (OSError(28, "No space left on device"), "storage_full"),
            (RuntimeError("surprise"), "internal"),
        ],
        ids=["engine", "memory", "disk", "surprise"],
    )
    def test_are_told_with_a_code_and_advice(
        self, play: Play, media_root: Path, error: Exception, code: str
    ) -> None:
        def script() -> Iterator[Step]:
            yield Step(1, 4, "painting", PICTURE)
            raise error

        job = play(script)

        assert (job.state, job.error_code) == (Job.State.FAILED, code)
        assert job.error_hint
        assert (job.preview, files_of(job, media_root)) == ("", [])

    def test_log_only_unexpected_errors(self, play: Play, caplog: pytest.LogCaptureFixture) -> None:
        def surprise() -> Iterator[Step]:
            raise RuntimeError("surprise")
            yield DONE

        play(surprise)

        assert "surprise" in caplog.text

    def test_leave_the_job_to_the_reaper_if_the_database_is_away(self, play: Play) -> None:
        def script() -> Iterator[Step]:
            raise OperationalError("the server closed the connection")
            yield DONE

        assert play(script).state == Job.State.RUNNING

    def test_name_a_photo_whose_file_is_missing(self, alice: User) -> None:
        job = make_job(alice)
        job.photo.file.delete(save=False)

        worker.serve_next()

        assert row(job).error_code == "input_unreadable"

    def test_name_a_style_that_was_withdrawn_after_the_submission(self, alice: User) -> None:
        style = make_style()
        job = make_job(alice, styles=[style])
        Style.objects.filter(pk=style.pk).update(state=Style.State.WITHDRAWN)

        worker.serve_next()

        assert row(job).error_code == "style_withdrawn"

    def test_leave_nothing_on_a_full_disk(self, play: Play, media_root: Path) -> None:
        large = make_picture((512, 512))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

        def script() -> Iterator[Step]:
            # The limit simulates a full disk: the small preview fits, the result does not.
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
            yield Step(4, 4, "done", large)

        try:
            job = play(script)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        assert (job.state, job.error_code) == (Job.State.FAILED, "storage_full")
        assert files_of(job, media_root) == []

    def test_name_an_engine_that_ends_without_a_result(self, play: Play) -> None:
        def script() -> Iterator[Step]:
            yield Step(1, 4, "painting", PICTURE)

        assert play(script).error_code == "internal"


@pytest.mark.django_db(transaction=True)
class TestHeartbeat:
    @pytest.mark.slow
    def test_keeps_the_lease_through_a_long_step(self, play: Play, settings: Settings) -> None:
        settings.JOB_LEASE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 2, 0.2
        lost: list[object] = []

        def script() -> Iterator[Step]:
            time.sleep(2.5)
            lost.extend(Job.objects.reap_lost())
            yield DONE

        job = play(script)

        assert (job.state, lost) == (Job.State.SUCCEEDED, [])

    def test_tells_the_loop_that_the_lease_is_gone(self, play: Play, settings: Settings) -> None:
        settings.JOB_HEARTBEAT_SECONDS = 0.1

        def script() -> Iterator[Step]:
            Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            Job.objects.reap_lost()
            time.sleep(0.5)
            yield Step(1, 4, "painting", PICTURE)
            pytest.fail("it went on")

        assert play(script).state == Job.State.QUEUED

    def test_ends_a_job_at_its_deadline(self, play: Play, settings: Settings) -> None:
        settings.JOB_DEADLINE_SECONDS = 0

        def script() -> Iterator[Step]:
            yield DONE

        job = play(script)

        assert (job.state, job.error_code) == (Job.State.FAILED, "timeout")

    def test_ends_a_job_whose_step_hangs(
        self, play: Play, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.JOB_DEADLINE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 0, 0.1
        monkeypatch.setattr(heartbeat, "NOTICE_SECONDS", 0.1)
        state: list[str] = []

        def script() -> Iterator[Step]:
            state.append(wait_until(lambda: the_job().error_code, "the deadline"))
            yield DONE

        play(script)

        assert state == ["timeout"]


class TestWarmUp:
    @pytest.mark.slow
    def test_loads_the_engine_in_this_process(self, caplog: pytest.LogCaptureFixture) -> None:
        worker.warm_up()

        assert caplog.text == ""
