"""Tests that what is sent many times at once happens once, and that limits let no more through."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import PASSWORD
from tests.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
AT_ONCE = 50
BUSY = 503
Answers = list[tuple[int, Any]]


class App:
    """An app that talks HTTP to a running site."""

    def __init__(self, site: Site) -> None:
        self.address = f"{site.address}/api/v1"
        self.headers = {"Content-Type": "application/json"}

    def sign_in(self, name: str) -> None:
        """Get a token of the person called `name`."""
        login = {"login": name, "password": PASSWORD}
        _status, answer = self.send("POST", "/auth/login/", login)
        self.headers["Authorization"] = f"Bearer {answer['token']}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Make one call and return status and body; wait as told when the server is too busy."""
        while True:
            status, answer = self.try_once(method, path, body, **headers)
            if status != BUSY:
                return status, answer
            time.sleep(answer["retry_after"])

    def try_once(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Make one call and return status and body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # always the site under test
            self.address + path, data, {**self.headers, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                wait = {"retry_after": int(refusal.headers.get("Retry-After", 0))}
                return refusal.code, json.load(refusal) | wait


def at_once(send: Callable[..., tuple[int, Any]], *call: Any, **headers: str) -> Answers:
    """Make the same call from many threads and return all answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(send, *call, **headers) for _ in range(AT_ONCE)]
        return [each.result() for each in waiting]


@pytest.fixture
def app(site: Site) -> App:
    """Return an app of alice, who has a photo, a style and a job."""
    site.wait_for(site.call("submit", steps=1), "succeeded", "failed")
    app = App(site)
    app.sign_in("alice")
    return app


@pytest.fixture
def body(app: App) -> dict[str, Any]:
    """Return a good request for a job."""
    _status, photos = app.send("GET", "/photos/")
    styles = [{"style": "great-wave"}]
    return {"photo": photos["results"][0]["id"], "styles": styles, "spec": {"size": 64, "steps": 1}}


def test_makes_one_job_of_many_equal_requests(app: App, body: dict[str, Any]) -> None:
    answers = at_once(app.send, "PUT", f"/jobs/{uuid4()}/", body)
    assert Counter(status for status, _job in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({job["id"] for _status, job in answers}) == 1


def test_makes_one_job_of_one_key(app: App, body: dict[str, Any]) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    answers = at_once(app.send, "POST", "/jobs/", body, **key)
    assert Counter(status for status, _job in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({job["id"] for _status, job in answers}) == 1


def test_lets_exactly_ten_tries_of_a_name_through(site: Site) -> None:
    login = {"login": f"mallory-{uuid4().hex}", "password": "wrong"}
    answers = at_once(App(site).try_once, "POST", "/auth/login/", login)
    refused = [body for status, body in answers if status == 429]
    assert len(refused) == AT_ONCE - 10
    assert all(1 <= body["retry_after"] <= 900 for body in refused)


def test_accepts_exactly_what_is_left_of_the_day(app: App, site: Site) -> None:
    name = f"dora-{uuid4().hex[:8]}"
    photo = site.call("use_up_the_day", name=name, left=3)
    app.sign_in(name)
    body = {"photo": photo, "styles": [{"style": "great-wave"}], "spec": {"size": 64}}

    answers = at_once(app.send, "POST", "/jobs/", body)

    assert Counter(status for status, _body in answers) == {201: 3, 429: AT_ONCE - 3}
    refused = [body for status, body in answers if status == 429]
    assert {body["code"] for body in refused} == {"quota_exceeded"}
    assert all(1 <= body["retry_after"] <= 24 * 3600 for body in refused)
