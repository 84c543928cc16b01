"""Replies that are held until the picture is done, within limits of time and number."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.test import APIClient

from accounts.models import User
from inference.api import waiting
from inference.api.waiting import preferred_wait, wait_for_end
from inference.models import Job
from inference.queue import jobs as job_queue
from style_transfer.core.spec import TransferSpec
from tests.support.clients import app_of
from tests.support.factories import finished_job, make_job, make_photo, make_style
from tests.support.servers import wait_until

JOBS = "/api/v1/jobs/"
FAST = TransferSpec(method="fast", size=64)


class TestPreference:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("wait=10", 10),
            ("wait=3", 3),
            ("Wait = 0", 0),
            ('respond-async, wait="7"; foo', 7),
            ("handling=lenient, wait=600", 10),
            ("", None),
            ("respond-async", None),
            ("wait", None),
            ("wait=", None),
            ("wait=soon", None),
            ("wait=-1", None),
            ("wait=1.5", None),
            ("await=5", None),
        ],
    )
    def test_is_read_from_the_header(self, header: str, seconds: int | None) -> None:
        request = Request(RequestFactory().post("/", headers={"Prefer": header}))

        assert preferred_wait(request) == seconds


@pytest.fixture
def later() -> Iterator[Callable[..., None]]:
    """Return a function that does something a moment later, in a thread of its own."""
    threads: list[threading.Thread] = []

    def do_later(seconds: float, work: Callable[[], object]) -> None:
        def run() -> None:
            time.sleep(seconds)
            try:
                work()
            finally:
                connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield do_later
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
class TestWait:
    def test_ends_with_the_job(self, alice: User, later: Callable[..., None]) -> None:
        job = make_job(alice, spec=FAST)
        begun = time.monotonic()
        later(0.3, lambda: job_queue.cancel(job, by="owner"))

        assert wait_for_end(job, 10)

        assert 0.3 <= time.monotonic() - begun < 10

    def test_ends_with_its_time(self, alice: User) -> None:
        begun = time.monotonic()

        assert not wait_for_end(make_job(alice, spec=FAST), 0.4)

        assert time.monotonic() - begun >= 0.4

    def test_does_not_happen_for_a_slow_method(self, alice: User) -> None:
        begun = time.monotonic()

        assert not wait_for_end(make_job(alice, spec=TransferSpec(method="optimize")), 10)

        assert time.monotonic() - begun < 10

    def test_does_not_happen_if_other_replies_are_held(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "_places", threading.BoundedSemaphore(1))
        job = make_job(alice, spec=FAST)
        with waiting._places:
            begun = time.monotonic()
            assert not wait_for_end(job, 10)
            assert time.monotonic() - begun < 10

        assert wait_for_end(finished_job(alice), 10)
        assert waiting._places.acquire(blocking=False)


@pytest.mark.django_db(transaction=True)
class TestReply:
    def ask(self, app: APIClient, alice: User, method: str, **headers: str) -> Any:
        body: dict[str, Any] = {
            "photo": str(make_photo(alice).pk),
            "styles": [{"style": "great-wave"}],
        }
        body |= {"method": method, "spec": {"size": 64}}
        return app.put(f"{JOBS}{uuid4()}/", body, headers=headers)

    @pytest.fixture(autouse=True)
    def _style(self, transactional_db: None, wakeups: list[str]) -> None:
        make_style()

    def test_has_the_finished_job(self, alice: User, later: Callable[..., None]) -> None:
        def cancel() -> None:
            job_queue.cancel(wait_until(Job.objects.first, "the job"), by="owner")

        later(0.4, cancel)

        response = self.ask(app_of(alice), alice, "fast", Prefer="wait=8")

        assert response.status_code == 200
        assert response.json()["state"] == "canceled"
        assert response["Preference-Applied"] == "wait=8"

    def test_says_that_the_job_has_not_ended(self, alice: User) -> None:
        response = self.ask(app_of(alice), alice, "fast", Prefer="wait=0")

        assert response.status_code == 202
        assert response.json()["state"] == "queued"
        assert response["Location"] == f"{JOBS}{response.json()['id']}/"

    def test_of_a_slow_method_comes_at_once(self, alice: User) -> None:
        begun = time.monotonic()

        response = self.ask(app_of(alice), alice, "optimize", Prefer="wait=10")

        assert response.status_code == 202
        assert time.monotonic() - begun < 10

    def test_is_not_held_without_the_header(self, alice: User) -> None:
        response = self.ask(app_of(alice), alice, "fast")

        assert response.status_code == 201
        assert not response.has_header("Preference-Applied")
