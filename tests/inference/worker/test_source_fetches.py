"""Runs that fetch pictures of masterworks. A local server plays the museums."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from common.sandbox.client import ServerBusy
from common.storage import StorageFull
from inference import worker
from inference.models import QueueSwitch, SourceFetch
from inference.queue import jobs as job_queue
from inference.queue import source_fetches as fetch_queue
from inference.services.source_fetches import (
    NothingToFetch,
    cancel_source_fetch,
    request_source_fetch,
)
from inference.worker import Served, source_fetches
from inference.worker.reaper import reap
from inference.worker.source_fetches import serve_source_fetch
from inference.worker.turns import Turns
from library import sources
from library.models import Evidence, Style
from library.services import save_style
from library.sources import MUSEUMS, Museum
from tests.common.test_storage import files_in
from tests.support.factories import make_code_style, make_job, make_sketch
from tests.support.museum import MuseumServer, met, open_museum

pytestmark = [
    # The heartbeat has its own connection, which sees only committed rows.
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root", "wakeups"),
]
WAVE, FIELD, CAFE = "the-great-wave", "wheat-field-with-cypresses", "the-night-cafe"
THREE = ("the-starry-night", "composition-vii", "arlesiennes-mistral")


@pytest.fixture
def museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[MuseumServer]:
    with open_museum(monkeypatch) as server:
        met(server)
        server.pages["/met/436535"] = server.pages["/met/45434"]
        yield server


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every request to a port of this machine that nobody listens to."""
    monkeypatch.setattr(sources, "SCHEMES", ("http",))
    for name, real in MUSEUMS.items():
        monkeypatch.setitem(MUSEUMS, name, Museum("http://127.0.0.1:9/{id}", real.picture))


def row() -> SourceFetch:
    found: SourceFetch = SourceFetch.objects.get()
    return found


def with_picture() -> set[str]:
    return set(Style.objects.exclude(image="").values_list("slug", flat=True))


class TestRequest:
    def test_lists_what_a_museum_offers_and_the_library_lacks(self, alice: User) -> None:
        for slug in (WAVE, CAFE):
            make_code_style(slug)
        assert request_source_fetch(by=alice).slugs == [WAVE]

    def test_refuses_when_nothing_is_missing(self, alice: User) -> None:
        make_code_style(CAFE)
        with pytest.raises(NothingToFetch, match="All pictures"):
            request_source_fetch(by=alice)

    def test_starts_no_second_run(self, alice: User, bob: User) -> None:
        make_code_style(WAVE)
        first = request_source_fetch(by=alice)
        assert request_source_fetch(by=bob) == first
        with pytest.raises(IntegrityError):
            SourceFetch.objects.create()

    def test_sends_a_wakeup(self, alice: User, wakeups: list[str]) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        assert len(wakeups) == 1


class TestServe:
    def test_finds_nothing_to_do(self) -> None:
        assert not serve_source_fetch()

    def test_fetches_one_picture_after_the_other(self, alice: User, museum: MuseumServer) -> None:
        for slug in (WAVE, FIELD):
            make_code_style(slug)
        request_source_fetch(by=alice)
        assert serve_source_fetch()
        assert (row().state, row().fetched, with_picture()) == ("queued", 1, {WAVE})
        assert serve_source_fetch()
        assert (row().state, row().fetched, with_picture()) == ("succeeded", 2, {WAVE, FIELD})
        assert not serve_source_fetch()
        assert {path for path, _agent in museum.asked} >= {"/met/45434", "/met/436535"}

    def test_stores_why_the_picture_is_free_without_the_name_of_who_wanted_it(
        self, alice: User, museum: MuseumServer
    ) -> None:
        wave = make_code_style(WAVE)
        request_source_fetch(by=alice)
        serve_source_fetch()
        evidence = Evidence.objects.get(style=wave)
        assert "isPublicDomain: true" in evidence.statement
        assert evidence.url == f"{museum.address}/wave.jpg"
        assert evidence.recorded_by == "Styleweb"
        assert row().requested_by == alice
        assert evidence.picture_sha256 == Style.objects.get().image_sha256

    def test_goes_on_after_a_picture_that_is_not_free(
        self, alice: User, museum: MuseumServer
    ) -> None:
        for slug in (WAVE, FIELD):
            make_code_style(slug)
        museum.pages["/met/45434"] = json.dumps(
            {"isPublicDomain": False, "primaryImage": "x"}
        ).encode()
        request_source_fetch(by=alice)
        while serve_source_fetch():
            pass
        assert row().state == "succeeded"
        assert row().refused == [{"slug": WAVE, "code": "picture_not_free"}]
        assert with_picture() == {FIELD}

    @pytest.mark.usefixtures("no_network")
    def test_gives_up_without_a_network_and_changes_nothing(
        self, alice: User, media_root: Path
    ) -> None:
        for slug in (WAVE, *THREE):
            make_code_style(slug)
        before = (files_in(media_root), list(Style.objects.values()))
        request_source_fetch(by=alice)
        while serve_source_fetch():
            pass
        assert (row().state, row().error_code) == ("failed", "museum_unreachable")
        assert "internet connection" in row().error_hint
        assert len(row().outcomes) == 3
        assert (files_in(media_root), list(Style.objects.values())) == before

    @pytest.mark.usefixtures("no_network")
    def test_can_be_requested_again_after_a_failure(self, alice: User) -> None:
        for slug in (WAVE, *THREE):
            make_code_style(slug)
        request_source_fetch(by=alice)
        while serve_source_fetch():
            pass
        assert len(request_source_fetch(by=alice).slugs) == 4

    def test_ends_when_the_disk_is_full(
        self,
        alice: User,
        museum: MuseumServer,
        media_root: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for slug in (WAVE, FIELD):
            make_code_style(slug)
        before = files_in(media_root)
        request_source_fetch(by=alice)

        def full(*_: object) -> None:
            raise StorageFull

        monkeypatch.setattr(default_storage, "_save", full)
        while serve_source_fetch():
            pass
        assert (row().state, row().error_code, with_picture()) == ("failed", "storage_full", set())
        assert files_in(media_root) == before
        assert museum.asked

    def test_comes_after_the_pictures_of_users(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        monkeypatch.setattr(worker, "_turns", Turns(lambda: True))
        assert worker.serve_next() is Served.TO_THE_END
        assert museum.asked == []
        monkeypatch.setattr(worker, "_turns", Turns(lambda: False))
        assert worker.serve_next() is Served.TO_THE_END
        assert row().state == "succeeded"

    @pytest.mark.parametrize("kind", ["job", "sketch"])
    def test_gives_way_to_users_within_a_download(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        monkeypatch.setattr(source_fetches, "LOOK_SECONDS", 0)
        waiting = make_job(alice) if kind == "job" else make_sketch(alice, ready=False)
        assert serve_source_fetch()
        assert (row().state, row().attempt, row().outcomes) == ("queued", 0, [])
        assert len(museum.asked) == 1
        assert WAVE not in with_picture()
        waiting.delete()
        assert serve_source_fetch()
        assert row().state == "succeeded"
        assert WAVE in with_picture()

    def test_does_not_give_way_to_work_that_this_worker_cannot_take(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        monkeypatch.setattr(source_fetches, "LOOK_SECONDS", 0)
        settings.JOB_MAX_RUNNING_PER_USER = 1
        make_job(alice)
        assert job_queue.claim() is not None
        make_job(alice)
        assert serve_source_fetch()
        assert row().state == "succeeded"
        assert WAVE in with_picture()
        assert museum.asked

    def test_goes_on_when_the_server_is_too_busy_to_check_a_picture(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)

        def ended_from_outside(*_: object, **__: object) -> None:
            raise ServerBusy

        monkeypatch.setattr("common.uploads.run", ended_from_outside)
        assert serve_source_fetch()
        assert (row().state, row().refused) == ("succeeded", [{"slug": WAVE, "code": "busy"}])
        assert museum.asked

    def test_waits_while_the_queue_is_paused(self, alice: User) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        QueueSwitch.objects.create(paused=True)
        assert not serve_source_fetch()

    def test_does_not_overwrite_what_a_curator_did_during_the_download(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wave = make_code_style(WAVE)
        request_source_fetch(by=alice)
        real = sources.fetch_picture

        def slow(source: dict[str, str], **options: Any) -> sources.FetchedPicture:
            fetched = real(source, **options)
            wave.description = "Three boats under one wave."
            save_style(style=wave)
            return fetched

        monkeypatch.setattr(sources, "fetch_picture", slow)
        serve_source_fetch()
        assert Style.objects.get().description == "Three boats under one wave."
        assert with_picture() == {WAVE}
        assert museum.asked


class TestCancel:
    def test_ends_a_waiting_run_once(self, alice: User) -> None:
        make_code_style(WAVE)
        fetch = request_source_fetch(by=alice)
        assert cancel_source_fetch(fetch=fetch)
        assert not cancel_source_fetch(fetch=fetch)
        assert row().state == "canceled"
        assert not serve_source_fetch()

    def test_keeps_the_picture_that_was_being_fetched(
        self, alice: User, museum: MuseumServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for slug in (WAVE, FIELD):
            make_code_style(slug)
        fetch = request_source_fetch(by=alice)
        real = sources.fetch_picture

        def canceled(source: dict[str, str], **options: Any) -> sources.FetchedPicture:
            cancel_source_fetch(fetch=fetch)
            return real(source, **options)

        monkeypatch.setattr(sources, "fetch_picture", canceled)
        assert serve_source_fetch()
        assert (row().state, row().outcomes) == ("canceled", [])
        assert with_picture() == {WAVE}
        assert museum.asked

    def test_allows_another_run(self, alice: User) -> None:
        make_code_style(WAVE)
        cancel_source_fetch(fetch=request_source_fetch(by=alice))
        assert request_source_fetch(by=alice).state == "queued"
        assert SourceFetch.objects.count() == 2


class TestLostWorker:
    def test_is_taken_back_and_leaves_out_a_picture_after_three_attempts(
        self, alice: User, museum: MuseumServer, wakeups: list[str]
    ) -> None:
        for slug in (WAVE, FIELD):
            make_code_style(slug)
        request_source_fetch(by=alice)
        for attempt in range(1, 4):
            fetch = fetch_queue.claim()
            assert fetch is not None
            assert fetch.attempt == attempt
            SourceFetch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            wakeups.clear()
            reap()
            assert len(wakeups) == 1
        assert (row().state, row().attempt) == ("queued", 0)
        assert serve_source_fetch()
        assert (row().state, row().refused) == ("succeeded", [{"slug": WAVE, "code": "crashed"}])
        assert with_picture() == {FIELD}
        assert museum.asked

    def test_gets_a_lost_wakeup_again(self, alice: User, wakeups: list[str]) -> None:
        make_code_style(WAVE)
        request_source_fetch(by=alice)
        SourceFetch.objects.update(wakeup_at=timezone.now() - timedelta(minutes=1))
        wakeups.clear()
        reap()
        reap()
        assert len(wakeups) == 1
