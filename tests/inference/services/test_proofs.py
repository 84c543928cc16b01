"""Tests of requests for proof sheets: cached, and one unfinished sheet for each user."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from inference.models import ProofSheet, ProofTile
from inference.queue.sheets import claim
from inference.services.photos import delete_photo
from inference.services.proofs import NothingToTry, cancel_proofs, request_proofs
from library.models import Style
from tests.common.test_storage import files_in
from tests.support.factories import make_photo, make_sheet, make_style, make_tile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]
State = ProofSheet.State


def row(sheet: ProofSheet) -> ProofSheet:
    return ProofSheet.objects.get(pk=sheet.pk)


@pytest.fixture
def styles(db: None) -> list[Style]:
    """Return two published styles; a third is a draft."""
    make_style("draft", state="draft")
    return [make_style("ink"), make_style("wash")]


class TestRequestProofs:
    def test_tries_all_published_styles(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        sheet = request_proofs(owner=alice, photo=make_photo(alice))

        assert sheet.state == State.QUEUED
        assert set(sheet.styles.all()) == set(styles)
        assert wakeups == ["inference.tasks.serve_queue"]

    def test_tries_the_named_styles(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        sheet = request_proofs(owner=alice, photo=make_photo(alice), styles=styles[:1])

        assert [*sheet.styles.all()] == styles[:1]
        assert len(wakeups) == 1

    def test_finds_the_same_sheet_again(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        photo = make_photo(alice)
        first = request_proofs(owner=alice, photo=photo)

        assert request_proofs(owner=alice, photo=photo) == first
        assert request_proofs(owner=alice, photo=photo, styles=styles) == first
        assert (ProofSheet.objects.count(), len(wakeups)) == (1, 1)

    def test_succeeds_at_once_if_every_tile_is_there(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        photo = make_photo(alice)
        for style in styles:
            make_tile(photo, style)

        sheet = request_proofs(owner=alice, photo=photo)

        assert sheet.state == State.SUCCEEDED
        assert wakeups == []
        assert request_proofs(owner=alice, photo=photo) == sheet

    def test_paints_only_styles_that_changed(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        photo = make_photo(alice)
        done = make_sheet(photo=photo, styles=styles)
        for style in styles:
            make_tile(photo, style)
        ProofSheet.objects.update(state=State.SUCCEEDED, completed_at=timezone.now())
        Style.objects.filter(slug="ink").update(version=2)

        sheet = request_proofs(owner=alice, photo=photo)

        assert sheet.state == State.QUEUED
        assert not ProofSheet.objects.filter(pk=done.pk).exists()
        assert len(wakeups) == 1

    def test_replaces_an_older_unfinished_sheet(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        older = request_proofs(owner=alice, photo=make_photo(alice))
        assert claim() == older

        newer = request_proofs(owner=alice, photo=make_photo(alice, seed=1))

        assert (row(older).state, row(older).lease) == (State.SUPERSEDED, None)
        assert newer.state == State.QUEUED
        assert len(wakeups) == 2
        assert styles

    def test_leaves_the_sheets_of_others_alone(
        self, alice: User, bob: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        his = request_proofs(owner=bob, photo=make_photo(bob))

        request_proofs(owner=alice, photo=make_photo(alice))

        assert row(his).state == State.QUEUED
        assert len(wakeups) == len(styles)

    def test_tries_failed_styles_again(
        self, alice: User, styles: list[Style], wakeups: list[str]
    ) -> None:
        photo = make_photo(alice)
        make_tile(photo, styles[0])
        make_tile(photo, styles[1], file="", error_code="out_of_memory")

        assert request_proofs(owner=alice, photo=photo).state == State.QUEUED
        assert [tile.style for tile in ProofTile.objects.all()] == styles[:1]
        assert len(wakeups) == 1

    def test_needs_a_style(self, alice: User, wakeups: list[str]) -> None:
        with pytest.raises(NothingToTry, match="No styles to preview"):
            request_proofs(owner=alice, photo=make_photo(alice))
        assert wakeups == []
        assert not ProofSheet.objects.exists()


class TestCancelProofs:
    def test_ends_the_sheet_and_keeps_its_tiles(self, alice: User) -> None:
        sheet = make_sheet(alice)
        make_tile(sheet.photo, sheet.styles.get())

        assert cancel_proofs(sheet=sheet).state == State.CANCELED
        assert cancel_proofs(sheet=sheet).state == State.CANCELED
        assert ProofTile.objects.count() == 1

    def test_does_not_change_an_ended_sheet(self, alice: User) -> None:
        sheet = make_sheet(alice, state=State.SUCCEEDED, completed_at=timezone.now())

        assert cancel_proofs(sheet=sheet).state == State.SUCCEEDED


class TestDeletingThePhoto:
    def test_deletes_sheet_tiles_and_files_too(self, alice: User, media_root: Path) -> None:
        sheet = make_sheet(alice)
        make_tile(sheet.photo, sheet.styles.get())
        kept = make_photo(alice, seed=4)
        make_tile(kept, sheet.styles.get())

        delete_photo(photo=sheet.photo)

        assert not ProofSheet.objects.exists()
        assert [tile.photo for tile in ProofTile.objects.all()] == [kept]
        assert len([name for name in files_in(media_root) if name.startswith("proofs/")]) == 1
