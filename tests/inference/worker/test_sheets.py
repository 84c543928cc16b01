"""Tests of painting proof sheets, once with the real engine, else with scripts in its place."""

import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from inference import worker
from inference.models import Job, ProofSheet, ProofTile
from inference.queue import proof_recipe as proofs
from inference.queue import sheets as sheet_queue
from inference.services.proofs import cancel_proofs
from inference.worker import Served, engine, heartbeat, sheets
from library.models import Style
from style_transfer.core.errors import EngineError, OutOfMemoryError
from style_transfer.core.spec import StyleInput, TransferSpec
from tests.support.factories import make_job, make_picture, make_sheet, make_style, make_tile
from tests.support.servers import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
Result = tuple[int, Image.Image | None, EngineError | None]
Script = Callable[[int], Iterator[Result]]
Play = Callable[[Script], None]
PICTURE = make_picture((64, 48))
State = ProofSheet.State


def well(number: int) -> Iterator[Result]:
    """Paint every style."""
    for index in range(number):
        yield index, PICTURE, None


def row(sheet: ProofSheet) -> ProofSheet:
    return ProofSheet.objects.get(pk=sheet.pk)


def files_of(sheet: ProofSheet, media_root: Path) -> list[str]:
    return [path.suffix for path in media_root.glob(f"proofs/*/{sheet.photo_id}/**/*.*")]


def learned(slug: str) -> Style:
    """Return a style with a code of the weights installed here."""
    style = make_style(slug)
    style.code.save("style.code", ContentFile(b"moments"), save=False)
    style.code_weights = engine.encoder_sha256()
    style.save(update_fields=["code", "code_weights"])
    return style


@pytest.fixture
def sheet(alice: User) -> ProofSheet:
    """Return a sheet of eleven styles, which need two passes."""
    return make_sheet(alice, styles=[learned(f"style-{number:02}") for number in range(11)])


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return a function that puts a script in place of the engine."""

    def replace(script: Script) -> None:
        def paint(
            content: Image.Image, styles: list[StyleInput], spec: TransferSpec
        ) -> Iterator[Result]:
            assert spec == proofs.proof_spec()
            assert content.size == (96, 64)
            yield from script(len(styles))

        monkeypatch.setattr(engine, "try_styles", paint)

    return replace


# The heartbeat has its own connection, which sees only committed rows.
@pytest.mark.django_db(transaction=True)
class TestServeSheet:
    def test_finds_nothing_to_do(self) -> None:
        assert worker.serve_next() is Served.NOTHING

    def test_paints_with_the_engine(self, alice: User, media_root: Path) -> None:
        sheet = make_sheet(alice, styles=[make_style("ink"), make_style("wash")])

        assert worker.serve_next() is Served.TO_THE_END

        assert row(sheet).state == State.SUCCEEDED
        tiles = list(sheet_queue.tiles_of(sheet))
        assert [tile.error_code for tile in tiles] == ["", ""]
        with default_storage.open(tiles[0].file) as file, Image.open(file) as tile:
            assert (tile.format, tile.size) == ("WEBP", (tiles[0].width, tiles[0].height))
            assert max(tile.size) == proofs.SIDE
        assert files_of(sheet, media_root) == [".webp", ".webp"]

    def test_paints_in_passes_in_display_order(self, sheet: ProofSheet, play: Play) -> None:
        numbers: list[int] = []

        def script(number: int) -> Iterator[Result]:
            numbers.append(number)
            return well(number)

        play(script)

        worker.serve_next()

        assert numbers == [sheets.PASS_SIZE, 3]
        assert row(sheet).state == State.SUCCEEDED
        assert sheet_queue.tiles_of(sheet).count() == 11

    def test_takes_styles_without_a_code_one_by_one(self, alice: User, play: Play) -> None:
        slugs = ("a", "b", "c", "d")
        styles = [make_style(slug) if slug in "bd" else learned(slug) for slug in slugs]
        make_sheet(alice, styles=styles)
        numbers: list[int] = []

        def script(number: int) -> Iterator[Result]:
            numbers.append(number)
            return well(number)

        play(script)

        worker.serve_next()

        assert numbers == [2, 1, 1]

    def test_paints_only_missing_tiles(self, sheet: ProofSheet, play: Play) -> None:
        for style in sheet.styles.exclude(slug="style-04"):
            make_tile(sheet.photo, style)
        play(well)

        worker.serve_next()

        newest = ProofTile.objects.order_by("-created_at").first()
        assert newest is not None
        assert newest.style.slug == "style-04"
        assert ProofTile.objects.count() == 11

    def test_sweeps_what_a_killed_attempt_left(
        self, sheet: ProofSheet, play: Play, media_root: Path
    ) -> None:
        kept = make_tile(sheet.photo, Style.objects.get(slug="style-00"))
        folder = f"proofs/{sheet.photo_id.hex[:2]}/{sheet.photo_id}"
        default_storage.save(f"{folder}/x.webp", ContentFile(b"half a picture"))
        play(well)

        worker.serve_next()

        assert default_storage.exists(kept.file)
        assert len(files_of(sheet, media_root)) == 11

    def test_continues_where_a_lost_worker_stopped(self, sheet: ProofSheet, play: Play) -> None:
        dead = sheet_queue.claim()
        assert dead is not None
        first = Style.objects.get(slug="style-00")
        sheet_queue.record_tile(dead, first, sheet_queue.Outcome(error_code="internal"))
        ProofSheet.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        ProofSheet.objects.reap_lost()
        play(well)

        worker.serve_next()

        assert (row(sheet).state, row(sheet).attempt) == (State.SUCCEEDED, 2)
        assert ProofTile.objects.filter(error_code="internal").count() == 1
        assert ProofTile.objects.count() == 11


class TestGivingWay:
    def test_puts_the_sheet_back_when_a_job_waits(self, sheet: ProofSheet, play: Play) -> None:
        def script(number: int) -> Iterator[Result]:
            make_job()
            return well(number)

        play(script)

        assert worker.serve_next() is Served.PUT_BACK
        assert (row(sheet).state, row(sheet).lease) == (State.QUEUED, None)
        assert sheet_queue.tiles_of(sheet).count() == sheets.PASS_SIZE

    def test_serves_jobs_first(
        self, sheet: ProofSheet, play: Play, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "stylize", lambda *_, **_named: iter(()))
        job = make_job()
        play(well)

        worker.serve_next()

        assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
        assert row(sheet).state == State.QUEUED
        assert worker.serve_next() is Served.TO_THE_END
        assert row(sheet).state == State.SUCCEEDED

    def test_ends_a_complete_sheet_even_if_a_job_waits(self, sheet: ProofSheet, play: Play) -> None:
        sheet.styles.set(Style.objects.all()[:2])

        def script(number: int) -> Iterator[Result]:
            make_job()
            return well(number)

        play(script)

        assert worker.serve_next() is Served.TO_THE_END
        assert row(sheet).state == State.SUCCEEDED


class TestLeaving:
    @pytest.mark.django_db(transaction=True)
    def test_stops_at_a_cancel(self, sheet: ProofSheet, play: Play, media_root: Path) -> None:
        def script(number: int) -> Iterator[Result]:
            yield 0, PICTURE, None
            cancel_proofs(sheet=sheet)
            yield 1, PICTURE, None
            pytest.fail(f"it went on with {number}")

        play(script)

        worker.serve_next()

        assert row(sheet).state == State.CANCELED
        assert sheet_queue.tiles_of(sheet).count() == 1
        assert files_of(sheet, media_root) == [".webp"]

    def test_says_that_it_is_fenced(
        self, sheet: ProofSheet, play: Play, caplog: pytest.LogCaptureFixture
    ) -> None:
        def script(number: int) -> Iterator[Result]:
            ProofSheet.objects.filter(pk=sheet.pk).delete()
            return well(number)

        play(script)

        worker.serve_next()

        assert "fenced" in caplog.text
        assert not ProofTile.objects.exists()

    def test_leaves_the_sheet_to_the_reaper_if_the_database_is_away(
        self, sheet: ProofSheet, play: Play
    ) -> None:
        def script(_number: int) -> Iterator[Result]:
            raise OperationalError("the server closed the connection")
            yield 0, PICTURE, None

        play(script)

        worker.serve_next()

        assert row(sheet).state == State.RUNNING


class TestFailures:
    def test_of_one_style_leave_the_others_alone(self, sheet: ProofSheet, play: Play) -> None:
        def script(number: int) -> Iterator[Result]:
            for index in range(number):
                error = OutOfMemoryError("The machine is small.") if index == 1 else None
                yield index, None if error else PICTURE, error

        play(script)

        worker.serve_next()

        failed = ProofTile.objects.exclude(error_code="")
        assert [tile.style.slug for tile in failed.order_by("style__slug")] == [
            "style-01",
            "style-09",
        ]
        assert {tile.error_code for tile in failed} == {"out_of_memory"}
        assert row(sheet).state == State.SUCCEEDED

    def test_of_a_style_whose_file_is_missing_leave_the_others_alone(
        self, sheet: ProofSheet, play: Play
    ) -> None:
        style = Style.objects.get(slug="style-03")
        style.code.storage.delete(str(style.code.name))
        play(well)

        worker.serve_next()

        assert [tile.style for tile in ProofTile.objects.exclude(error_code="")] == [style]
        assert row(sheet).state == State.SUCCEEDED

    def test_are_recorded_for_a_style_that_the_engine_leaves_out(
        self, sheet: ProofSheet, play: Play
    ) -> None:
        play(lambda number: well(number - 1))

        worker.serve_next()

        assert row(sheet).state == State.SUCCEEDED
        assert ProofTile.objects.filter(error_code="internal").count() == 2

    @pytest.mark.parametrize(
        ("error", "code"),
        [(RuntimeError("surprise"), "internal"), (MemoryError(), "out_of_memory")],
        ids=["surprise", "memory"],
    )
    def test_of_the_whole_sheet_are_recorded_and_keep_its_tiles(
        self, sheet: ProofSheet, play: Play, error: Exception, code: str
    ) -> None:
        def script(_number: int) -> Iterator[Result]:
            yield 0, PICTURE, None
            raise error

        play(script)

        worker.serve_next()

        assert (row(sheet).state, row(sheet).error_code) == (State.FAILED, code)
        assert row(sheet).error_hint
        assert ProofTile.objects.count() == 1

    def test_name_a_photo_whose_file_is_missing(self, sheet: ProofSheet) -> None:
        sheet.photo.preview.delete(save=False)

        worker.serve_next()

        assert row(sheet).error_code == "input_unreadable"

    def test_leave_nothing_on_a_full_disk(
        self, sheet: ProofSheet, play: Play, media_root: Path
    ) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

        def script(_number: int) -> Iterator[Result]:
            # The limit simulates a full disk.
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
            yield 0, PICTURE, None

        play(script)
        try:
            worker.serve_next()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        assert (row(sheet).state, row(sheet).error_code) == (State.FAILED, "storage_full")
        assert files_of(sheet, media_root) == []


@pytest.mark.django_db(transaction=True)
def test_ends_a_sheet_whose_step_hangs(
    sheet: ProofSheet, play: Play, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_DEADLINE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 0, 0.1
    monkeypatch.setattr(heartbeat, "NOTICE_SECONDS", 0.1)
    codes: list[str] = []

    def script(number: int) -> Iterator[Result]:
        codes.append(wait_until(lambda: row(sheet).error_code, "the deadline"))
        return well(number)

    play(script)

    worker.serve_next()

    assert codes == ["timeout"]
    assert not ProofTile.objects.exists()
