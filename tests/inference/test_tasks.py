"""Tests of wakeups and of the round of the reaper."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from celery.exceptions import OperationalError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from inference import tasks, worker
from inference.live import broadcast
from inference.live.change_log import record_deleted
from inference.models import DeletedJob, Job, ProofSheet
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue.wakeups import SERVE_QUEUE, send_wakeup
from inference.worker import Served, reaper
from inference.worker.reaper import reap, restart_queue
from tests.support.factories import make_job, make_sheet

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=5)


class TestSendWakeup:
    def test_names_no_job(self, wakeups: list[str]) -> None:
        assert send_wakeup()

        assert wakeups == [SERVE_QUEUE]

    @pytest.mark.parametrize("error", [OperationalError("refused"), OSError(28, "full")])
    def test_only_logs_when_the_broker_is_away(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)

        assert not send_wakeup()
        assert "the reaper will try again" in caplog.text


class TestServeQueue:
    def test_finds_nothing_to_do_for_a_needless_wakeup(self) -> None:
        tasks.serve_queue()

    @pytest.mark.parametrize(
        ("served", "sent"), [(Served.PUT_BACK, [SERVE_QUEUE]), (Served.TO_THE_END, [])]
    )
    def test_sends_a_wakeup_for_a_sheet_that_was_put_back(
        self,
        monkeypatch: pytest.MonkeyPatch,
        wakeups: list[str],
        served: Served,
        sent: list[str],
    ) -> None:
        monkeypatch.setattr(worker, "serve_line", lambda: served)

        tasks.serve_queue()

        assert wakeups == sent

    @pytest.mark.parametrize(
        ("served", "sent"), [(Served.TO_THE_END, [SERVE_QUEUE]), (Served.NOTHING, [])]
    )
    def test_sends_a_wakeup_for_waiting_jobs_when_a_job_has_ended(
        self,
        alice: User,
        monkeypatch: pytest.MonkeyPatch,
        wakeups: list[str],
        served: Served,
        sent: list[str],
    ) -> None:
        make_job(alice)
        monkeypatch.setattr(worker, "serve_line", lambda: served)

        tasks.serve_queue()

        assert wakeups == sent

    def test_may_not_run_longer_than_the_deadline_and_some_grace(self) -> None:
        assert tasks.serve_queue.time_limit == 630


class TestReap:
    def test_takes_a_lost_job_back_and_sends_a_wakeup(
        self, alice: User, wakeups: list[str]
    ) -> None:
        make_job(alice)
        job = job_queue.claim()
        assert job is not None
        Job.objects.update(lease_until=timezone.now() - LONG_AGO)

        tasks.reap_lost_jobs()

        assert Job.objects.get().state == Job.State.QUEUED
        assert wakeups == [SERVE_QUEUE]

    def test_takes_a_lost_sheet_back_and_sends_a_wakeup(
        self, alice: User, wakeups: list[str]
    ) -> None:
        make_sheet(alice)
        assert sheet_queue.claim() is not None
        ProofSheet.objects.update(lease_until=timezone.now() - LONG_AGO)

        tasks.reap_lost_jobs()

        assert ProofSheet.objects.get().state == ProofSheet.State.QUEUED
        assert wakeups == [SERVE_QUEUE]

    @pytest.mark.usefixtures("wakeups")
    @pytest.mark.parametrize("take_back", [reap, restart_queue])
    def test_leaves_no_file_of_a_job_that_lost_its_last_attempt(
        self, alice: User, media_root: Path, take_back: Callable[[], None]
    ) -> None:
        make_job(alice)
        job = job_queue.claim()
        assert job is not None
        name = default_storage.save(
            f"jobs/{job.pk.hex[:2]}/{job.pk}/look.webp", ContentFile(b"of a killed attempt")
        )
        Job.objects.update(attempt=settings.JOB_MAX_ATTEMPTS, lease_until=timezone.now() - LONG_AGO)

        take_back()

        assert Job.objects.get().state == Job.State.FAILED
        assert not default_storage.exists(name)

    def test_ends_jobs_not_painted_in_time_and_tells_their_owners(
        self,
        alice: User,
        wakeups: list[str],
        monkeypatch: pytest.MonkeyPatch,
        media_root: Path,
    ) -> None:
        job = make_job(alice, created_at=timezone.now() - timedelta(hours=25))
        name = default_storage.save(
            f"jobs/{job.pk.hex[:2]}/{job.pk}/look.webp", ContentFile(b"of a lost attempt")
        )
        told: list[object] = []
        monkeypatch.setattr(broadcast, "publish", told.append)

        reap()

        assert Job.objects.get().state == Job.State.EXPIRED
        assert (told, wakeups) == ([job.pk], [])
        assert not default_storage.exists(name)

    def test_sends_the_lost_wakeup_of_a_sheet_again_after_a_while(
        self, alice: User, wakeups: list[str]
    ) -> None:
        make_sheet(alice, wakeup_at=timezone.now() - LONG_AGO)

        reap()
        reap()

        assert wakeups == [SERVE_QUEUE]

    def test_sends_a_lost_wakeup_again_after_a_while(self, alice: User, wakeups: list[str]) -> None:
        make_job(alice, wakeup_at=timezone.now() - LONG_AGO)

        reap()
        reap()

        assert wakeups == [SERVE_QUEUE]

    def test_sends_only_a_few_wakeups_a_round(self, alice: User, wakeups: list[str]) -> None:
        job = make_job(alice, wakeup_at=timezone.now() - LONG_AGO)
        for _ in range(7):
            make_job(photo=job.photo, wakeup_at=timezone.now() - LONG_AGO)

        reap()

        assert len(wakeups) == reaper.RESENT_AT_ONCE

    def test_tries_again_when_the_broker_was_away(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = make_job(alice, wakeup_at=timezone.now() - LONG_AGO)

        def refuse(*_: object, **__: object) -> None:
            raise OSError(111, "refused")

        monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)

        reap()

        assert Job.objects.stale_wakeups(5) == [job.pk]

    def test_removes_old_records_of_deleted_jobs(self, alice: User) -> None:
        record_deleted(alice.pk, [uuid4()])
        DeletedJob.objects.update(gone_at=timezone.now() - timedelta(days=3))

        reap()

        assert not DeletedJob.objects.exists()


class TestRestartQueue:
    def test_sends_a_wakeup_for_every_job(self, alice: User, wakeups: list[str]) -> None:
        photo = make_job(alice).photo
        make_job(photo=photo)
        job_queue.claim()

        restart_queue()

        assert wakeups == [SERVE_QUEUE, SERVE_QUEUE]
        assert Job.objects.waiting().count() == 2
