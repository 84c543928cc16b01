"""Tests of the order of changes: nothing is missed, whoever asks when."""

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
    forget_gone,
    latest,
    note_gone,
    was_deleted,
)
from inference.models import ChangeCounter, DeletedJob, Job, ProofSheet
from inference.queue import jobs as job_queue
from tests.support.factories import make_job, make_photo, make_sheet, make_style

pytestmark = pytest.mark.django_db


def touch(job: Job) -> None:
    """Change the job as everything does that changes one."""
    assert job_queue.request_stop(job) or job_queue.cancel(job, by="owner")


def pks(owner: User, since: int = 0) -> list[object]:
    return [change.pk for change in changes_since(owner.pk, since, 100).changes]


class TestOrder:
    def test_begins_with_nothing(self, alice: User) -> None:
        found = changes_since(alice.pk, 0, 100)

        assert (found.cursor, found.changes, found.more) == (0, [], False)
        assert not ChangeCounter.objects.exists()

    def test_numbers_each_thing_once(self, alice: User) -> None:
        job, sheet = make_job(alice), make_sheet(alice)
        note_gone(alice.pk, [uuid4()])

        found = changes_since(alice.pk, 0, 100)

        kinds = [(change.number, change.kind, change.pk) for change in found.changes]
        gone = DeletedJob.objects.get()
        assert kinds == [(1, Job, job.pk), (2, ProofSheet, sheet.pk), (3, DeletedJob, gone.pk)]
        assert found.cursor == latest(alice.pk) == 3
        assert changes_since(alice.pk, 0, 100) == found

    def test_tells_of_a_changed_thing_again_and_only_of_it(self, alice: User) -> None:
        first, _second = make_job(alice), make_job(alice)
        cursor = latest(alice.pk)

        touch(first)

        assert pks(alice, cursor) == [first.pk]
        assert pks(alice, latest(alice.pk)) == []

    def test_tells_the_last_of_many_changes_once(self, alice: User) -> None:
        job = make_job(alice)
        cursor = latest(alice.pk)
        Job.objects.filter(pk=job.pk).update(seq=40)
        touch(job)

        assert pks(alice, cursor) == [job.pk]
        assert latest(alice.pk) == cursor + 1

    def test_is_everybodys_own(self, alice: User, bob: User) -> None:
        mine, theirs = make_job(alice), make_job(bob)

        assert (pks(alice), pks(bob)) == ([mine.pk], [theirs.pk])
        assert latest(bob.pk) == 1

    def test_goes_on_where_a_page_ended(self, alice: User) -> None:
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

    def test_keeps_growing_when_the_last_thing_is_deleted(self, alice: User) -> None:
        job = make_job(alice)
        cursor = latest(alice.pk)
        job_id = job.pk
        note_gone(alice.pk, [job_id])
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

        latest(alice.pk)

        after: dict[str, object] = dict(Job.objects.filter(pk=job.pk).values().get())
        assert {key for key in before if before[key] != after[key]} == {"number", "numbered_seq"}


def delete(owner: User, *, hours_ago: float) -> UUID:
    """Have a job of `owner` deleted so long ago and return the id it had."""
    job_id = uuid4()
    note_gone(owner.pk, [job_id])
    gone_at = timezone.now() - timedelta(hours=hours_ago)
    DeletedJob.objects.filter(job_id=job_id).update(gone_at=gone_at)
    return job_id


class TestForgetting:
    def test_keeps_for_two_days_what_was_deleted(self, alice: User, bob: User) -> None:
        old, young = delete(alice, hours_ago=48.1), delete(alice, hours_ago=47.9)
        assert was_deleted(alice.pk, old)

        forget_gone()

        assert not was_deleted(alice.pk, old)
        assert was_deleted(alice.pk, young)
        assert not was_deleted(bob.pk, young)

    def test_has_whoever_was_away_since_before_begin_anew(self, alice: User) -> None:
        make_job(alice)
        before = latest(alice.pk)
        delete(alice, hours_ago=49)
        told = latest(alice.pk)
        delete(alice, hours_ago=1)

        forget_gone()

        with pytest.raises(CursorExpired):
            changes_since(alice.pk, before, 100)
        assert pks(alice, told) == [DeletedJob.objects.get().pk]

    def test_knows_who_has_missed_what_nobody_was_told(self, alice: User) -> None:
        make_job(alice)
        cursor = latest(alice.pk)
        delete(alice, hours_ago=49)

        forget_gone()

        with pytest.raises(CursorExpired):
            changes_since(alice.pk, cursor, 100)
        assert changes_since(alice.pk, latest(alice.pk), 100).changes == []

    def test_is_of_no_matter_to_others(self, alice: User, bob: User) -> None:
        make_job(bob)
        cursor = latest(bob.pk)
        delete(alice, hours_ago=49)
        forget_gone()

        assert changes_since(bob.pk, cursor, 100).changes == []
        assert not ChangeCounter.objects.filter(owner=bob, pruned_through__gt=0).exists()

    def test_tells_all_to_whoever_begins_at_zero(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = {make_job(alice, photo=photo, styles=[style]).pk for _ in range(5)}
        latest(alice.pk)
        delete(alice, hours_ago=49)
        forget_gone()

        seen: set[object] = set()
        cursor, more = 0, True
        while more:
            page = changes_since(alice.pk, cursor, 2)
            seen |= {change.pk for change in page.changes}
            cursor, more = page.cursor, page.more

        assert seen == jobs

    def test_forgets_nothing_twice(self, alice: User) -> None:
        delete(alice, hours_ago=49)
        forget_gone()
        cursor = latest(alice.pk)

        forget_gone()

        assert latest(alice.pk) == cursor
        assert changes_since(alice.pk, cursor, 100).changes == []


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_misses_nothing_of_what_is_forgotten_meanwhile(self, alice: User) -> None:
        make_job(alice)
        cursor = latest(alice.pk)
        for _ in range(20):
            delete(alice, hours_ago=49)
        told: list[int | None] = []

        def ask() -> None:
            try:
                changes = changes_since(alice.pk, cursor, 100).changes
            except CursorExpired:
                told.append(None)
            else:
                told.append(len(changes))

        run_together([ask, forget_gone, ask, forget_gone, ask])

        assert len(told) == 3
        assert set(told) <= {None, 20}
        assert not DeletedJob.objects.exists()

    def test_gives_every_change_a_number_of_its_own(self, alice: User) -> None:
        photo, style = make_photo(alice), make_style()
        jobs = [make_job(alice, photo=photo, styles=[style]) for _ in range(8)]

        run_together([lambda: latest(alice.pk)] * 8)

        numbers = sorted(Job.objects.filter(owner=alice).values_list("number", flat=True))
        assert numbers == list(range(1, len(jobs) + 1))

    def test_misses_nothing_while_things_change(self, alice: User) -> None:
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

    def test_waits_for_nobody_who_holds_a_row(self, alice: User) -> None:
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
        meanwhile = pks(alice)
        done.set()
        holder.join(20)

        assert meanwhile == [other.pk]
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
