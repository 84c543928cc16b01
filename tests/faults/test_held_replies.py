"""Tests that replies that the server holds until the picture is done delay no other calls."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.faults.apps import App, app_of
from tests.support.bars import Keep
from tests.support.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
WAIT_SECONDS = 5
# The worker is busy for longer than the server holds the replies.
MANY = {"size": 256, "steps": 2000}


@pytest.mark.bar(35)
def test_holds_few_replies_and_answers_other_calls(site: Site, keep_bar: Keep) -> None:
    busy = site.call("submit", name="quentin", **MANY)
    site.wait_for(busy, "running")
    app = app_of(site, "rosa")
    body = {**app.body(), "method": "fast", "spec": {"size": 64}}

    def ask(_: int) -> tuple[int, float]:
        begun = time.monotonic()
        wish = {"Prefer": f"wait={WAIT_SECONDS}"}
        status, _job = app.send("PUT", f"/jobs/{uuid4()}/", body, **wish)
        return status, time.monotonic() - begun

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, number) for number in range(4)]
        time.sleep(1)
        begun = time.monotonic()
        status, _answer = App(site).send("GET", "/capabilities/")
        passed = time.monotonic() - begun
        still_held = not all(each.done() for each in asked)
        answers = [each.result() for each in asked]
    site.call("cancel", job=busy)

    assert status == 200
    assert still_held
    keep_bar(passed, WAIT_SECONDS / 2)
    assert {status for status, _took in answers} <= {200, 202}
    # Calls beyond the number of held replies got their answer before a held reply could end.
    refused = min(took for status, took in answers if status == 202)
    assert refused < WAIT_SECONDS
    keep_bar(refused, WAIT_SECONDS / 2)
    keep_bar(max(took for _status, took in answers), WAIT_SECONDS * 2)
