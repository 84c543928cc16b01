"""What becomes of the things of a guest, at a sign-in and after a day, also at the same time."""

import io
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from accounts.guests import LIFETIME, make_guest
from accounts.models import User
from inference.live.change_log import changes_since, latest_cursor
from inference.models import Job, Photo, ProofSheet, ProofTile, Sketch
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.services import guest_limits
from inference.services.batches import submit_batch
from inference.services.guests import adopt_guest, delete_guest, delete_guests
from inference.services.jobs import cancel_job, submit_job
from inference.services.photos import upload_photo
from inference.services.proofs import request_proofs
from inference.services.refusals import GuestGone, GuestRefused
from style_transfer.core.spec import TransferSpec
from tests.common.test_storage import files_in
from tests.support.factories import (
    finished_job,
    make_job,
    make_mask,
    make_photo,
    make_picture,
    make_sheet,
    make_sketch,
    make_style,
    make_tile,
    picture_bytes,
)
from tests.support.guests import end_day_of, guest_with_photo
from tests.support.races import together

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = (User, Job, Photo, ProofTile, ProofSheet, Sketch)
SMALL = TransferSpec(size=64, steps=2)


@pytest.fixture
def guest() -> User:
    """Return a guest."""
    return make_guest()


class TestLimits:
    def test_allow_one_picture(self, guest: User, wakeups: list[str]) -> None:
        asked: dict[str, Any] = {
            "photo": make_photo(guest),
            "styles": [(make_style(), 1.0)],
            "spec": SMALL,
        }
        submit_job(owner=guest, **asked)
        with pytest.raises(GuestRefused) as refusal:
            submit_job(owner=guest, **asked)
        assert refusal.value.code == "guest_done"
        assert "Sign up" in refusal.value.message
        assert Job.objects.count() == 1

    def test_allow_the_same_request_again(self, guest: User, wakeups: list[str]) -> None:
        asked: dict[str, Any] = {
            "photo": make_photo(guest),
            "styles": [(make_style(), 1.0)],
            "spec": SMALL,
        }
        first, _ = submit_job(owner=guest, **asked)
        again, is_new = submit_job(owner=guest, job_id=first.pk, **asked)
        assert (again, is_new) == (first, False)

    def test_are_exact_at_the_same_moment(self, guest: User, wakeups: list[str]) -> None:
        asked: dict[str, Any] = {
            "photo": make_photo(guest),
            "styles": [(make_style(), 1.0)],
            "spec": SMALL,
        }

        def submit() -> bool:
            try:
                return submit_job(owner=guest, **asked)[1]
            except GuestRefused:
                return False

        assert sorted(map(bool, together(submit, submit, submit))) == [False, False, True]
        assert Job.objects.count() == 1

    def test_count_no_canceled_picture_but_not_without_end(
        self, guest: User, wakeups: list[str]
    ) -> None:
        asked: dict[str, Any] = {
            "photo": make_photo(guest),
            "styles": [(make_style(), 1.0)],
            "spec": SMALL,
        }
        for _ in range(guest_limits.ATTEMPTS):
            cancel_job(job=submit_job(owner=guest, **asked)[0])
        with pytest.raises(guest_limits.GuestDone):
            submit_job(owner=guest, **asked)

    @pytest.mark.parametrize("size", [769, 1280, None])
    def test_refuse_larger_pictures(self, guest: User, size: int | None) -> None:
        spec = TransferSpec(size=size, steps=2)
        with pytest.raises(guest_limits.GuestSizeRefused, match="768"):
            submit_job(
                owner=guest, photo=make_photo(guest), styles=[(make_style(), 1.0)], spec=spec
            )

    def test_refuse_batches(self, guest: User) -> None:
        styles = [make_style("woodcut"), make_style("mosaic")]
        with pytest.raises(guest_limits.GuestDone):
            submit_batch(owner=guest, photos=[make_photo(guest)], styles=styles, spec=SMALL)
        assert not Job.objects.exists()

    def test_leave_places_in_the_queue_for_users(
        self, settings: Settings, guest: User, alice: User, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING_GUESTS = 1
        make_job(make_guest())
        style = make_style()
        with pytest.raises(guest_limits.GuestsFull) as refusal:
            submit_job(owner=guest, photo=make_photo(guest), styles=[(style, 1.0)], spec=SMALL)
        assert refusal.value.retry_after
        submit_job(owner=alice, photo=make_photo(alice), styles=[(style, 1.0)], spec=SMALL)

    def test_bound_the_previews_that_wait(
        self, settings: Settings, guest: User, alice: User, wakeups: list[str]
    ) -> None:
        settings.JOB_MAX_WAITING_GUESTS = 1
        make_style()
        first = make_sheet(make_guest())
        photo = make_photo(guest)
        with pytest.raises(guest_limits.GuestsFull) as refusal:
            request_proofs(owner=guest, photo=photo)
        assert refusal.value.retry_after
        assert ProofSheet.objects.get() == first
        request_proofs(owner=alice, photo=make_photo(alice))
        sheet_queue.end(first, ProofSheet.State.CANCELED)
        assert request_proofs(owner=guest, photo=photo).owner == guest

    def test_let_previews_of_users_come_first(self, guest: User, alice: User) -> None:
        make_sheet(guest)
        # One that was put back, which other sheets of users overtake.
        later = make_sheet(alice)
        ProofSheet.objects.filter(pk=later.pk).update(started_at=timezone.now())
        claimed = [sheet_queue.claim(), sheet_queue.claim()]
        assert [sheet.owner for sheet in claimed if sheet] == [alice, guest]

    def test_refuse_too_many_photos(self, guest: User, media_root: Path) -> None:
        for seed in range(guest_limits.PHOTOS):
            make_photo(guest, seed=seed)
        before = files_in(media_root)
        with pytest.raises(guest_limits.GuestPhotosRefused):
            upload_photo(owner=guest, file=io.BytesIO(picture_bytes(make_picture((80, 70)))))
        assert files_in(media_root) == before

    def test_bound_the_photos_of_all_guests(
        self, settings: Settings, guest: User, alice: User, media_root: Path
    ) -> None:
        settings.GUESTS_MAX_BYTES = 100
        data = picture_bytes(make_picture((80, 70)))
        with pytest.raises(guest_limits.GuestsFull):
            upload_photo(owner=guest, file=io.BytesIO(data))
        assert files_in(media_root) == []
        assert upload_photo(owner=alice, file=io.BytesIO(data))[1]


class TestAdoption:
    def test_moves_everything(self, guest: User, alice: User) -> None:
        job = finished_job(guest)
        tile = make_tile(job.photo, job.styles.get())
        assert adopt_guest(guest=guest, owner=alice)
        job.refresh_from_db()
        assert (job.owner, job.photo.owner) == (alice, alice)
        assert ProofTile.objects.get() == tile
        assert not adopt_guest(guest=guest, owner=alice)

    def test_is_told_to_apps_of_the_account(self, guest: User, alice: User) -> None:
        finished_job(alice)
        job = finished_job(guest)
        latest_cursor(guest.pk)
        since = latest_cursor(alice.pk)
        adopt_guest(guest=guest, owner=alice)
        assert [each.pk for each in changes_since(alice.pk, since, 10).changes] == [job.pk]

    def test_moves_sketches_and_cancels_the_unfinished_one(self, guest: User, alice: User) -> None:
        ready = make_sketch(guest)
        make_sketch(photo=ready.photo, ready=False)
        adopt_guest(guest=guest, owner=alice)
        assert Sketch.objects.get() == ready
        assert Sketch.objects.get().owner == alice
        assert default_storage.exists(ready.file)

    def test_does_not_disturb_a_worker(self, guest: User, alice: User) -> None:
        make_job(guest)
        held = job_queue.claim()
        assert held is not None
        adopt_guest(guest=guest, owner=alice)
        assert held.held.filter(owner=alice).exists()
        assert held.held.fail(code="internal_error", hint="It failed.")

    def test_ends_the_unfinished_sheet(self, guest: User, alice: User) -> None:
        make_sheet(alice)
        sheet = make_sheet(guest)
        adopt_guest(guest=guest, owner=alice)
        sheet.refresh_from_db()
        assert (sheet.owner, sheet.state) == (alice, ProofSheet.State.SUPERSEDED)

    def test_merges_a_photo_that_the_account_has(self, guest: User, alice: User) -> None:
        own, theirs = make_photo(alice), make_photo(guest)
        Photo.objects.update(sha256="a" * 64)
        mask = make_mask(theirs)
        job = finished_job(guest, photo=theirs, mask=mask)
        assert adopt_guest(guest=guest, owner=alice)
        job.refresh_from_db()
        assert (job.owner, job.photo, job.mask) == (alice, own, mask)
        assert job.mask is not None
        assert job.mask.photo == own
        # A worker may be reading the file of the guest's photo, so it goes only with the guest.
        assert Photo.objects.get(owner=guest) == theirs
        assert default_storage.exists(str(theirs.file.name))
        assert delete_guest(guest_id=guest.pk)
        assert not default_storage.exists(str(theirs.file.name))
        assert default_storage.exists(str(mask.file.name))
        assert default_storage.exists(str(own.file.name))

    def test_merges_the_same_mask(self, guest: User, alice: User) -> None:
        own, theirs = make_photo(alice), make_photo(guest)
        Photo.objects.update(sha256="a" * 64)
        same, mask = make_mask(own), make_mask(theirs)
        assert same.sha256 == mask.sha256
        job = finished_job(guest, photo=theirs, mask=mask)
        adopt_guest(guest=guest, owner=alice)
        job.refresh_from_db()
        assert job.mask == same

    def test_gives_the_account_a_photo_that_was_on_its_way(
        self, guest: User, alice: User, media_root: Path
    ) -> None:
        adopt_guest(guest=guest, owner=alice)
        photo, _ = upload_photo(owner=guest, file=io.BytesIO(picture_bytes(make_picture((80, 70)))))
        assert photo.owner == alice

    def test_refuses_what_the_guest_asks_for_later(self, guest: User, alice: User) -> None:
        photo = make_photo(guest)
        style = make_style()
        adopt_guest(guest=guest, owner=alice)
        Photo.objects.update(owner=guest)
        with pytest.raises(GuestGone, match="You have signed in since"):
            submit_job(owner=guest, photo=photo, styles=[(style, 1.0)], spec=SMALL)
        with pytest.raises(GuestGone, match="You have signed in since"):
            request_proofs(owner=guest, photo=photo)
        assert not Job.objects.exists()


class TestDeletion:
    def test_waits_for_the_end_of_the_day(self, media_root: Path) -> None:
        guest, other = guest_with_photo(), guest_with_photo()
        end_day_of(guest)
        assert delete_guests() == 1
        assert User.objects.get() == other
        assert Photo.objects.get().owner == other

    def test_removes_rows_and_files(self, media_root: Path, guest: User) -> None:
        job = finished_job(guest, mask=None)
        make_mask(job.photo)
        make_tile(job.photo, job.styles.get())
        make_sheet(guest, photo=job.photo)
        make_sketch(photo=job.photo)
        make_job(guest, photo=job.photo)
        end_day_of(guest)
        assert delete_guests() == 1
        assert not any(kind.objects.exists() for kind in KINDS)
        assert [path for path in files_in(media_root) if "styles" not in str(path)] == []

    def test_ends_a_running_job(self, guest: User) -> None:
        make_job(guest)
        held = job_queue.claim()
        assert held is not None
        end_day_of(guest)
        assert delete_guests() == 1
        assert not held.held.exists()

    def test_is_said_to_a_guest_who_comes_too_late(self, guest: User, media_root: Path) -> None:
        data = picture_bytes(make_picture((80, 70)))
        photo = make_photo(guest)
        delete_guest(guest_id=guest.pk)
        with pytest.raises(GuestGone, match="Your day of trying has ended"):
            request_proofs(owner=guest, photo=photo)
        with pytest.raises(GuestGone, match="Your day of trying has ended"):
            upload_photo(owner=guest, file=io.BytesIO(data))

    def test_goes_on_after_a_whole_batch_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("inference.services.guests.AT_ONCE", 2)
        every = [make_guest() for _ in range(7)]
        # Some began at the same moment.
        User.objects.update(date_joined=timezone.now() - LIFETIME - timedelta(hours=1))
        end_day_of(every[-1])
        stuck = {guest.pk for guest in every[:3]}
        tried: list[int] = []

        def fails_for_some(*, guest_id: int) -> bool:
            tried.append(guest_id)
            if guest_id in stuck:
                raise OSError
            return delete_guest(guest_id=guest_id)

        monkeypatch.setattr("inference.services.guests.delete_guest", fails_for_some)
        assert delete_guests() == 4
        assert tried == [guest.pk for guest in every]
        assert {*User.objects.values_list("pk", flat=True)} == stuck

    def test_ends_in_time(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        end_day_of(make_guest())
        monkeypatch.setattr("inference.services.guests.ROUND_SECONDS", -1)
        assert delete_guests() == 0
        assert "More guests" in caplog.text
        monkeypatch.undo()
        assert delete_guests() == 1

    def test_never_deletes_an_account(self, alice: User) -> None:
        end_day_of(alice)
        assert delete_guests() == 0
        assert not delete_guest(guest_id=alice.pk)
        assert User.objects.get() == alice

    def test_leaves_what_an_account_has_got(self, guest: User, alice: User) -> None:
        job = finished_job(guest)
        adopt_guest(guest=guest, owner=alice)
        end_day_of(guest)
        assert delete_guests() == 1
        assert Job.objects.get() == job
        job.refresh_from_db()
        assert default_storage.exists(job.result)
        assert default_storage.exists(str(job.photo.file.name))

    def test_goes_on_if_one_guest_cannot_be_deleted(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = make_guest(), make_guest()
        end_day_of(first)
        end_day_of(second)
        real = delete_guest

        def fails_for_the_first(*, guest_id: int) -> bool:
            if guest_id == first.pk:
                raise OSError
            return real(guest_id=guest_id)

        monkeypatch.setattr("inference.services.guests.delete_guest", fails_for_the_first)
        assert delete_guests() == 1
        assert User.objects.get() == first
        assert "could not be deleted" in caplog.text

    def test_races_with_the_sign_in(self, alice: User) -> None:
        for _ in range(5):
            guest = make_guest()
            job = finished_job(guest)
            end_day_of(guest)
            adopted, deleted = together(
                partial(adopt_guest, guest=guest, owner=alice), delete_guests
            )
            assert deleted == 1
            # Either the account has it all with its files, or nothing is left.
            left = Job.objects.filter(pk=job.pk).first()
            assert (left is not None) == adopted
            if left is not None:
                assert (left.owner, left.photo.owner) == (alice, alice)
                assert default_storage.exists(left.result)
            assert User.objects.filter(pk=alice.pk).exists()
            assert not User.objects.filter(is_guest=True).exists()

    def test_races_with_two_sign_ins(self, guest: User, alice: User, bob: User) -> None:
        job = finished_job(guest)
        answers = together(
            lambda: adopt_guest(guest=guest, owner=alice),
            lambda: adopt_guest(guest=guest, owner=bob),
        )
        assert sorted(map(bool, answers)) == [False, True]
        job.refresh_from_db()
        assert job.owner == job.photo.owner
        assert job.owner == (alice if answers[0] else bob)
