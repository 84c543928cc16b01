"""Tests of the order of changes: no reader misses anything, whenever it asks."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from inference.live.change_log import (
    CursorExpired,
    changes_since,
    latest_cursor,
    prune_deleted,
    record_deleted,
    was_deleted,
)
from inference.models import ChangeCounter, DeletedJob, Job, ProofSheet
from inference.queue import jobs as job_queue
from tests.support.factories import make_job, make_photo, make_sheet, make_style

pytestmark = pytest.mark.django_db


def touch(job: Job) -> None:
    """Change the job the way services do."""
    assert job_queue.request_stop(job) or job_queue.cancel(job, by="owner")


def pks(owner: User, since: int = 0) -> list[object]:
    return [change.pk for change in changes_since(owner.pk, since, 100).changes]


class TestOrder:
    def test_begins_empty(self, alice: User) -> None:
        found = changes_since(alice.pk, 0, 100)

        assert (found.cursor, found.changes, found.more) == (0, [], False)
        assert not ChangeCounter.objects.exists()

    def test_numbers_each_row_once(self, alice: User) -> None:
        job, sheet = make_job(alice), make_sheet(alice)
        record_deleted(alice.pk, [uuid4()])

        found = changes_since(alice.pk, 0, 100)

        kinds = [(change.number, change.kind, change.pk) for change in found.changes]
        gone = DeletedJob.objects.get()
        assert kinds == [(1, Job, job.pk), (2, ProofSheet, sheet.pk), (3, DeletedJob, gone.pk)]
        assert found.cursor == latest_cursor(alice.pk) == 3
        assert changes_since(alice.pk, 0, 100) == found

    def test_returns_a_changed_row_again_and_no_other(self, alice: User) -> None:
        first, _second = make_job(alice), make_job(alice)
        cursor = latest_cursor(alice.pk)

        touch(first)

        assert pks(alice, cursor) == [first.pk]
        assert pks(alice, latest_cursor(alice.pk)) == []

    def test_returns_a_row_once_that_changed_many_times(self, alice: User) -> None:
        job = make_job(alice)
        cursor = latest_cursor(alice.pk)
        Job.objects.filter(pk=job.pk).update(seq=40)
        touch(job)

        assert pks(alice, cursor) == [job.pk]
        assert latest_cursor(alice.pk) == cursor + 1

    def test_belongs_to_one_user(self, alice: User, bob: User) -> None:
        mine, theirs = make_job(alice), make_job(bob)

        assert (pks(alice), pks(bob)) == ([mine.pk], [theirs.pk])
        assert latest_cursor(bob.pk) == 1

    def test_continues_where_a_page_ended(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = {make_job(alice, photo=photo, styles=[style]).pk for _ in range(5)}
        seen: set[object] = set()
        cursor, sizes, more = 0, [], True
        while more:
            page = changes_since(alice.pk, cursor, 2)
            seen |= {change.pk for change in page.changes}
            cursor, more = page.cursor, page.more
            sizes.append(len(page.changes))

        assert seen == jobs
        assert sizes == [2, 2, 1]

    def test_keeps_growing_when_the_last_row_is_deleted(self, alice: User) -> None:
        job = make_job(alice)
        cursor = latest_cursor(alice.pk)
        job_id = job.pk
        record_deleted(alice.pk, [job_id])
        job.delete()

        (change,) = changes_since(alice.pk, cursor, 100).changes

        assert change.number == cursor + 1
        assert change.pk == DeletedJob.objects.get(job_id=job_id).pk

    @pytest.mark.parametrize("cursor", [1, -1, 2**62])
    def test_knows_which_cursors_it_never_gave_out(self, alice: User, cursor: int) -> None:
        with pytest.raises(CursorExpired):
            changes_since(alice.pk, cursor, 100)

    def test_leaves_the_row_as_it_was(self, alice: User) -> None:
        job = make_job(alice)
        before: dict[str, object] = dict(Job.objects.filter(pk=job.pk).values().get())

        latest_cursor(alice.pk)

        after: dict[str, object] = dict(Job.objects.filter(pk=job.pk).values().get())
        assert {key for key in before if before[key] != after[key]} == {"number", "numbered_seq"}


def delete(owner: User, *, hours_ago: float) -> UUID:
    """Record that a job of `owner` was deleted so long ago, and return its id."""
    job_id = uuid4()
    record_deleted(owner.pk, [job_id])
    gone_at = timezone.now() - timedelta(hours=hours_ago)
    DeletedJob.objects.filter(job_id=job_id).update(gone_at=gone_at)
    return job_id


class TestPruning:
    def test_keeps_for_two_days_what_was_deleted(self, alice: User, bob: User) -> None:
        old, young = delete(alice, hours_ago=48.1), delete(alice, hours_ago=47.9)
        assert was_deleted(alice.pk, old)

        prune_deleted()

        assert not was_deleted(alice.pk, old)
        assert was_deleted(alice.pk, young)
        assert not was_deleted(bob.pk, young)

    def test_expires_cursors_from_before_a_pruned_deletion(self, alice: User) -> None:
        make_job(alice)
        before = latest_cursor(alice.pk)
        delete(alice, hours_ago=49)
        after = latest_cursor(alice.pk)
        delete(alice, hours_ago=1)

        prune_deleted()

        with pytest.raises(CursorExpired):
            changes_since(alice.pk, before, 100)
        assert pks(alice, after) == [DeletedJob.objects.get().pk]

    def test_expires_cursors_even_if_no_reader_saw_the_deletion(self, alice: User) -> None:
        make_job(alice)
        cursor = latest_cursor(alice.pk)
        delete(alice, hours_ago=49)

        prune_deleted()

        with pytest.raises(CursorExpired):
            changes_since(alice.pk, cursor, 100)
        assert changes_since(alice.pk, latest_cursor(alice.pk), 100).changes == []

    def test_changes_nothing_for_other_users(self, alice: User, bob: User) -> None:
        make_job(bob)
        cursor = latest_cursor(bob.pk)
        delete(alice, hours_ago=49)
        prune_deleted()

        assert changes_since(bob.pk, cursor, 100).changes == []
        assert not ChangeCounter.objects.filter(owner=bob, pruned_through__gt=0).exists()

    def test_returns_everything_from_zero_on(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = {make_job(alice, photo=photo, styles=[style]).pk for _ in range(5)}
        latest_cursor(alice.pk)
        delete(alice, hours_ago=49)
        prune_deleted()

        seen: set[object] = set()
        cursor, more = 0, True
        while more:
            page = changes_since(alice.pk, cursor, 2)
            seen |= {change.pk for change in page.changes}
            cursor, more = page.cursor, page.more

        assert seen == jobs

    def test_prunes_nothing_twice(self, alice: User) -> None:
        delete(alice, hours_ago=49)
        prune_deleted()
        cursor = latest_cursor(alice.pk)

        prune_deleted()

        assert latest_cursor(alice.pk) == cursor
        assert changes_since(alice.pk, cursor, 100).changes == []


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_misses_nothing_that_is_pruned_during_the_reading(self, alice: User) -> None:
        make_job(alice)
        cursor = latest_cursor(alice.pk)
        for _ in range(20):
            delete(alice, hours_ago=49)
        counts: list[int | None] = []

        def ask() -> None:
            try:
                changes = changes_since(alice.pk, cursor, 100).changes
            except CursorExpired:
                counts.append(None)
            else:
                counts.append(len(changes))

        run_together([ask, prune_deleted, ask, prune_deleted, ask])

        assert len(counts) == 3
        assert set(counts) <= {None, 20}
        assert not DeletedJob.objects.exists()

    def test_gives_every_change_a_number_of_its_own(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = [make_job(alice, photo=photo, styles=[style]) for _ in range(8)]

        run_together([lambda: latest_cursor(alice.pk)] * 8)

        numbers = sorted(Job.objects.filter(owner=alice).values_list("number", flat=True))
        assert numbers == list(range(1, len(jobs) + 1))

    def test_misses_nothing_while_rows_change(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = [make_job(alice, photo=photo, styles=[style]) for _ in range(4)]
        known: dict[object, int] = {}
        ended = threading.Event()

        def change(job: Job) -> None:
            for seq in range(2, 30):
                Job.objects.filter(pk=job.pk).update(seq=seq)

        def follow() -> None:
            cursor = 0
            while True:
                last_round = ended.is_set()
                page = changes_since(alice.pk, cursor, 3)
                rows = Job.objects.in_bulk([change.pk for change in page.changes])
                known.update({pk: row.seq for pk, row in rows.items()})
                cursor = page.cursor
                if last_round and not page.more and not page.changes:
                    return

        follower = threading.Thread(target=closing, args=[follow])
        follower.start()
        run_together([lambda job=job: change(job) for job in jobs])
        ended.set()
        follower.join(60)

        assert known == {job.pk: 29 for job in jobs}

    def test_waits_for_no_transaction_that_holds_a_row(self, alice: User) -> None:
        job, other = make_job(alice), make_job(alice)
        if connection.vendor == "sqlite":
            pytest.skip("one writer at a time")
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                touch(job)
                held.set()
                assert done.wait(20)

        holder = threading.Thread(target=closing, args=[hold])
        holder.start()
        assert held.wait(20)
        while_held = pks(alice)
        done.set()
        holder.join(20)

        assert while_held == [other.pk]
        assert pks(alice, 1) == [job.pk]


def closing(work: object) -> None:
    """Do `work` in a thread that closes its connection."""
    try:
        assert callable(work)
        work()
    finally:
        connection.close()


def run_together(works: list[object]) -> None:
    threads = [threading.Thread(target=closing, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
