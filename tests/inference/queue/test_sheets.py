"""Tests of the transitions of proof sheets, and of the styles left to paint."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from inference.files.stored import StoredPicture
from inference.models import ProofSheet, ProofTile
from inference.queue import sheets as sheet_queue
from inference.queue.sheets import Outcome
from library.models import Style
from tests.support.factories import make_photo, make_sheet, make_style, make_tile, make_user

pytestmark = pytest.mark.django_db
PICTURE = StoredPicture("proofs/tile.webp", 64, 43)
State = ProofSheet.State


def claimed(**fields: Any) -> ProofSheet:
    make_sheet(**fields)
    sheet = sheet_queue.claim()
    assert sheet is not None
    return sheet


def row(sheet: ProofSheet) -> ProofSheet:
    return ProofSheet.objects.get(pk=sheet.pk)


def let_lease_end(sheet: ProofSheet) -> None:
    past = timezone.now() - timedelta(seconds=1)
    ProofSheet.objects.filter(pk=sheet.pk).update(lease_until=past)


class TestClaim:
    def test_finds_nothing_in_an_empty_queue(self) -> None:
        assert sheet_queue.claim() is None

    def test_holds_the_sheet_under_a_new_lease(self) -> None:
        sheet = claimed()

        assert (sheet.state, sheet.attempt, sheet.seq) == (State.RUNNING, 1, 2)
        assert sheet.lease is not None
        assert sheet_queue.claim() is None

    def test_takes_the_sheet_that_has_waited_longest(self) -> None:
        now = timezone.now()
        late, early = (make_sheet(created_at=now - timedelta(minutes=ago)) for ago in (1, 2))

        assert [sheet_queue.claim(), sheet_queue.claim()] == [early, late]

    def test_takes_new_sheets_before_one_that_was_put_back(self) -> None:
        begun = claimed()
        sheet_queue.put_back(begun)
        fresh = make_sheet()

        assert [sheet_queue.claim(), sheet_queue.claim()] == [fresh, begun]


class TestStylesLeft:
    def test_are_all_at_first_in_display_order(self) -> None:
        styles = [make_style(slug) for slug in ("b", "a", "c")]
        Style.objects.filter(slug="c").update(position=1)
        sheet = make_sheet(styles=styles)

        assert [style.slug for style in sheet_queue.styles_left(sheet)] == ["c", "a", "b"]

    def test_leave_out_styles_that_were_painted_or_failed(self) -> None:
        styles = [make_style(slug) for slug in ("done", "failed", "left")]
        sheet = make_sheet(styles=styles)
        make_tile(sheet.photo, styles[0])
        make_tile(sheet.photo, styles[1], file="", error_code="out_of_memory")

        assert [style.slug for style in sheet_queue.styles_left(sheet)] == ["left"]

    @pytest.mark.parametrize("column", ["version", "engine"])
    def test_include_styles_whose_tile_is_outdated(self, column: str) -> None:
        style = make_style("changed")
        sheet = make_sheet(styles=[style])
        make_tile(sheet.photo, style, **{column: 9 if column == "version" else "older"})

        assert [*sheet_queue.styles_left(sheet)] == [style]
        assert not sheet_queue.tiles_of(sheet).exists()

    def test_include_styles_tried_on_another_photo_only(self) -> None:
        style = make_style("mine")
        sheet = make_sheet(styles=[style])
        make_tile(make_photo(sheet.owner, seed=2), style)

        assert [*sheet_queue.styles_left(sheet)] == [style]

    def test_are_published_styles_only(self) -> None:
        style = make_style("gone")
        sheet = make_sheet(styles=[style])
        Style.objects.update(state=Style.State.WITHDRAWN)

        assert not sheet_queue.styles_left(sheet)


class TestRecordTile:
    def test_keeps_the_tile_and_the_lease(self) -> None:
        sheet = claimed()
        style = sheet.styles.get()

        tile = sheet_queue.record_tile(sheet, style, Outcome(PICTURE))

        assert tile is not None
        assert (tile.file, tile.width, tile.version) == ("proofs/tile.webp", 64, style.version)
        assert [*sheet_queue.tiles_of(sheet)] == [tile]
        assert row(sheet).seq == 3

    def test_stores_why_there_is_no_picture(self) -> None:
        sheet = claimed()

        tile = sheet_queue.record_tile(
            sheet, sheet.styles.get(), Outcome(error_code="out_of_memory")
        )

        assert tile is not None
        assert (tile.file, tile.error_code) == ("", "out_of_memory")

    @pytest.mark.django_db(transaction=True)
    def test_replaces_an_older_tile_and_its_file(self, media_root: Path) -> None:
        sheet = claimed()
        style = sheet.styles.get()
        old = make_tile(sheet.photo, style, engine="older")

        sheet_queue.record_tile(sheet, style, Outcome(PICTURE))

        assert [tile.file for tile in ProofTile.objects.all()] == [PICTURE.name]
        assert not default_storage.exists(old.file)
        assert media_root.is_dir()

    def test_writes_nothing_without_the_lease(self) -> None:
        sheet = claimed()
        sheet_queue.end(sheet, State.CANCELED)

        assert sheet_queue.record_tile(sheet, sheet.styles.get(), Outcome(PICTURE)) is None
        assert not ProofTile.objects.exists()


class TestFencing:
    @pytest.mark.parametrize(
        "write",
        [
            sheet_queue.finish,
            sheet_queue.put_back,
            lambda sheet: sheet.held.fail(code="internal", hint="Again."),
            lambda sheet: sheet.held.renew(),
        ],
        ids=["finish", "put back", "fail", "renew"],
    )
    def test_changes_nothing_once_another_attempt_holds_the_sheet(
        self, write: Callable[[ProofSheet], bool]
    ) -> None:
        zombie = claimed()
        let_lease_end(zombie)
        ProofSheet.objects.reap_lost()
        held = sheet_queue.claim()
        assert held is not None
        before = row(held)

        assert not write(zombie)

        assert (row(held).lease, row(held).seq) == (before.lease, before.seq)


class TestEnds:
    def test_succeeds(self) -> None:
        sheet = claimed()

        assert sheet_queue.finish(sheet)
        assert (row(sheet).state, row(sheet).lease) == (State.SUCCEEDED, None)
        assert row(sheet).completed_at is not None

    def test_fails_with_a_reason(self) -> None:
        sheet = claimed()

        assert sheet.held.fail(code="timeout", hint="Later.")
        assert (row(sheet).state, row(sheet).error_code) == (State.FAILED, "timeout")

    @pytest.mark.parametrize("state", [State.CANCELED, State.SUPERSEDED])
    def test_is_canceled_or_superseded_once(self, state: str) -> None:
        sheet = claimed()

        assert sheet_queue.end(sheet, state)
        assert not sheet_queue.end(sheet, state)
        assert row(sheet).state == state

    def test_waits_again_when_it_is_put_back_as_if_it_were_the_first_attempt(self) -> None:
        sheet = claimed()

        assert sheet_queue.put_back(sheet)
        assert (row(sheet).state, row(sheet).attempt) == (State.QUEUED, 0)
        assert ProofSheet.objects.waiting().count() == 1


class TestReaping:
    def test_takes_back_the_sheet_of_a_lost_worker(self) -> None:
        sheet = claimed()
        assert ProofSheet.objects.reap_lost() == []
        let_lease_end(sheet)

        assert ProofSheet.objects.reap_lost() == [sheet.pk]
        assert (row(sheet).state, row(sheet).attempt) == (State.QUEUED, 1)

    def test_gives_up_after_all_attempts(self, settings: Settings) -> None:
        sheet = claimed()
        ProofSheet.objects.update(attempt=settings.JOB_MAX_ATTEMPTS)

        assert ProofSheet.objects.take_back_all() == [sheet.pk]
        assert (row(sheet).state, row(sheet).error_code) == (State.FAILED, "crashed")

    def test_finds_sheets_whose_wakeup_was_lost(self) -> None:
        sheet = make_sheet(wakeup_at=timezone.now() - timedelta(minutes=1))

        assert ProofSheet.objects.stale_wakeups(5) == [sheet.pk]
        ProofSheet.objects.record_wakeup(sheet.pk)
        assert ProofSheet.objects.stale_wakeups(5) == []


class TestConstraints:
    @pytest.mark.parametrize(
        "values",
        [
            {"state": "running"},
            {"lease": uuid4(), "lease_until": timezone.now()},
            {"state": "succeeded"},
            {"completed_at": timezone.now()},
        ],
        ids=["no lease", "idle lease", "no end", "early end"],
    )
    def test_refuse_an_inconsistent_sheet(self, values: dict[str, Any]) -> None:
        sheet = make_sheet()
        with pytest.raises(IntegrityError), transaction.atomic():
            ProofSheet.objects.filter(pk=sheet.pk).update(**values)

    def test_allow_one_unfinished_sheet_for_each_user(self) -> None:
        owner = make_user()
        make_sheet(owner, state=State.CANCELED, completed_at=timezone.now())
        make_sheet(owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_sheet(owner)

    @pytest.mark.parametrize("values", [{"file": ""}, {"error_code": "internal"}])
    def test_refuse_a_tile_with_both_file_and_error_or_neither(
        self, values: dict[str, str]
    ) -> None:
        sheet = make_sheet()
        with pytest.raises(IntegrityError), transaction.atomic():
            make_tile(sheet.photo, sheet.styles.get(), **values)

    def test_refuse_a_second_equal_tile(self) -> None:
        sheet = make_sheet()
        make_tile(sheet.photo, sheet.styles.get())
        with pytest.raises(IntegrityError), transaction.atomic():
            make_tile(sheet.photo, sheet.styles.get())
