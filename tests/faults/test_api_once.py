"""Tests that a request sent many times at once acts once, and that no limit is exceeded."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.apps import AT_ONCE, App, app_of, at_once
from tests.support.bars import Record
from tests.support.factories import make_picture, picture_bytes
from tests.support.servers import wait_until
from tests.support.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
UPLOADS = 20
ROUNDS = 12


@pytest.fixture
def app(site: Site) -> App:
    """Return an app of alice, who has a photo and a style."""
    return app_of(site, "alice")


@pytest.fixture
def body(app: App) -> dict[str, Any]:
    """Return a valid request for a job."""
    return app.body()


@pytest.mark.bar(30)
def test_makes_one_job_from_many_equal_requests(app: App, body: dict[str, Any]) -> None:
    answers = at_once(app.send, "PUT", f"/jobs/{uuid4()}/", body)
    assert Counter(status for status, _job in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({job["id"] for _status, job in answers}) == 1


@pytest.mark.bar(30)
def test_makes_one_job_while_workers_claim_it(
    app: App, body: dict[str, Any], site: Site, record_bar: Record
) -> None:
    made = []
    for _round in range(ROUNDS):
        job = str(uuid4())
        # Not `send`, which repeats a call that the server answers with 503.
        answers = at_once(app.try_once, "PUT", f"/jobs/{job}/", body, times=4)
        assert Counter(status for status, _job in answers) == {201: 1, 200: 3}
        made.append(job)
    attempts = [site.wait_for(job, "succeeded")["attempt"] for job in made]
    assert attempts == [1] * ROUNDS
    record_bar(30, f"{site.kind}: {ROUNDS} × 4 at once beside a worker, no 503, one attempt each")


@pytest.mark.bar(30)
def test_makes_one_job_for_one_key(
    app: App, body: dict[str, Any], site: Site, record_bar: Record
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    answers = at_once(partial(app.send, **key), "POST", "/jobs/", body)
    assert Counter(status for status, _job in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({job["id"] for _status, job in answers}) == 1
    record_bar(30, f"{site.kind}: 1 × 201, {AT_ONCE - 1} × 200, one id")

    other = {**body, "spec": {**body["spec"], "steps": 2}}
    assert app.send("POST", "/jobs/", other, **key)[0] == 422
    stranger = app_of(site, "paul")
    status, job = stranger.send("POST", "/jobs/", stranger.body(), **key)
    assert status == 201
    assert job["id"] not in {job["id"] for _status, job in answers}


@pytest.mark.bar(30)
def test_remembers_a_request_for_two_days(
    app: App, body: dict[str, Any], site: Site, record_bar: Record
) -> None:
    address = f"/jobs/{uuid4()}/"
    status, job = app.send("PUT", address, body)
    assert status == 201
    site.wait_for(job["id"], "succeeded")
    site.call("let_hours_pass", job=job["id"], hours=23)
    assert app.send("PUT", address, body)[0] == 200
    assert app.send("GET", address)[1]["state"] == "succeeded"

    app.send("DELETE", address)
    site.call("let_hours_pass", job=job["id"], hours=23)
    status, refusal = app.send("PUT", address, body)
    assert (status, refusal["code"]) == (409, "job_deleted")

    # The reaper deletes the record of the job in one of its rounds.
    site.call("let_hours_pass", job=job["id"], hours=25.1)
    wait_until(lambda: app.send("PUT", address, body)[0] == 201, "the end of two days")
    record_bar(30, f"{site.kind}: known after 23 h, refused 23 h after its deletion, new after 48")


@pytest.mark.bar(31)
def test_allows_exactly_ten_login_attempts_for_a_name(site: Site) -> None:
    login = {"login": f"mallory-{uuid4().hex}", "password": "wrong"}
    answers = at_once(App(site).try_once, "POST", "/auth/login/", login)
    refused = [body for status, body in answers if status == 429]
    assert len(refused) == AT_ONCE - 10
    assert all(1 <= body["retry_after"] <= 900 for body in refused)


@pytest.mark.bar(33)
def test_accepts_exactly_the_rest_of_the_daily_quota(
    app: App, site: Site, record_bar: Record
) -> None:
    name = f"dora-{uuid4().hex[:8]}"
    photo = site.call("use_up_the_day", name=name, left=3)
    app.sign_in(name)
    body = {"photo": photo, "styles": [{"style": "great-wave"}], "spec": {"size": 64}}

    answers = at_once(app.send, "POST", "/jobs/", body)

    assert Counter(status for status, _body in answers) == {201: 3, 429: AT_ONCE - 3}
    refused = [body for status, body in answers if status == 429]
    assert {body["code"] for body in refused} == {"quota_exceeded"}
    assert all(1 <= body["retry_after"] <= 24 * 3600 for body in refused)
    record_bar(33, f"{site.kind}: 3 left, {AT_ONCE} at once, 3 accepted")


@pytest.mark.bar(33)
def test_keeps_only_the_photos_that_fit_the_storage_quota(
    app: App, site: Site, record_bar: Record
) -> None:
    pictures = [picture_bytes(make_picture((320, 240), seed=seed)) for seed in range(UPLOADS)]
    before = app.send("GET", "/me/usage/")[1]["photos"]
    assert app.upload(pictures[0])[0] == 201
    after = app.send("GET", "/me/usage/")[1]["photos"]
    name = f"pia-{uuid4().hex[:8]}"
    # The photos have about the same size, so three of them fit.
    site.call("use_up_storage", name=name, left=(after["bytes"] - before["bytes"]) * 7 // 2)
    app.sign_in(name)
    files = photo_files(site)

    with ThreadPoolExecutor(UPLOADS) as pool:
        answers = list(pool.map(app.upload, pictures))

    assert Counter(status for status, _body in answers) == {201: 3, 413: UPLOADS - 3}
    refused = [body for status, body in answers if status == 413]
    assert {body["code"] for body in refused} == {"storage_quota_exceeded"}
    usage = app.send("GET", "/me/usage/")[1]["photos"]
    assert usage["bytes"] <= usage["limit"]
    assert photo_files(site) - files == 3 * 3
    kept = next(body for status, body in answers if status == 201)
    app.send("DELETE", f"/photos/{kept['id']}/")
    assert app.upload(pictures[answers.index((413, refused[0]))])[0] == 201
    record_bar(33, f"{site.kind}: room for 3 photos, {UPLOADS} at once, 3 kept")


def photo_files(site: Site) -> int:
    """Return the number of photo files on the site."""
    folder = site.folder / "media" / "photos"
    return sum(path.is_file() for path in folder.rglob("*"))
