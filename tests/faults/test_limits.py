"""Tests that call limits are exact across processes and ignore forged client addresses."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from uuid import uuid4

import pytest

from tests.faults.apps import App, app_of
from tests.support.bars import Record
from tests.support.servers import free_port, wait_until
from tests.support.sites import ProductionSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
TRIES = 200
# The limit of calls from one address without a token, in five minutes.
OF_AN_ADDRESS = 300


@pytest.mark.bar(31)
def test_allows_exactly_ten_across_two_processes(
    production: ProductionSite, record_bar: Record
) -> None:
    port = free_port()
    second = production.server(
        "web2", "-m", "uvicorn", "styleweb.asgi:application", "--port", str(port)
    )
    second.start()
    one, two = App(production), App(production)
    two.address = two.address.replace(str(production.port), str(port))
    wait_until(lambda: two.try_once("GET", "/styles/")[0] == 200, "the second process")
    login = {"login": f"mallory-{uuid4().hex}", "password": "wrong"}

    with ThreadPoolExecutor(50) as pool:
        calls = [
            pool.submit((one, two)[i % 2].try_once, "POST", "/auth/login/", login)
            for i in range(TRIES)
        ]
        answers = [call.result() for call in calls]
    second.stop()

    refused = [body for status, body in answers if status == 429]
    assert len(refused) == TRIES - 10
    assert all(1 <= body["retry_after"] <= 900 for body in refused)
    record_bar(31, f"{TRIES} at once at 2 processes: {TRIES - len(refused)} passed")


def status_from(site: ProductionSite, peer: str, forged: str) -> int:
    """Return the status of a call from `peer` with a forged address in its headers."""
    # The other tests call from 127.0.0.1, and this one uses up the limit.
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60, source_address=(peer, 0))
    with closing(connection):
        connection.request("GET", "/api/v1/styles/", headers={"X-Forwarded-For": forged})
        return connection.getresponse().status


@pytest.mark.bar(32)
def test_counts_forged_addresses_as_one_caller(
    production: ProductionSite, record_bar: Record
) -> None:
    # The window of the limit may end during the test; one of the two windows is full even then.
    calls = 2 * OF_AN_ADDRESS + 50
    forged = [".".join(str(random.randrange(1, 255)) for _ in range(4)) for _ in range(calls)]

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(partial(status_from, production, "127.0.0.2"), forged))

    assert answers[429] >= 1
    assert set(answers) == {200, 429}
    record_bar(32, f"{calls} forged addresses: {answers[200]} passed, as of one")


@pytest.mark.bar(32)
def test_does_not_believe_a_forged_address_of_a_local_client(site: Site) -> None:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    with closing(connection):
        connection.request("GET", "/readyz", headers={"X-Forwarded-For": "8.8.8.8"})
        # A client with this address would get a 404.
        assert connection.getresponse().status == 200


@pytest.mark.bar(32)
def test_serves_the_site_while_redis_is_down(
    production: ProductionSite, record_bar: Record
) -> None:
    app = app_of(production, "sam")
    body = app.body()
    production.redis.crash()
    try:
        read, _ = app.try_once("GET", "/jobs/")
        made, job = app.try_once("POST", "/jobs/", body)
        app.sign_in("sam")
    finally:
        production.redis.start()

    assert (read, made) == (200, 201)
    production.wait_for(job["id"], "succeeded")
    record_bar(32, "Redis away: reads, sign-in and jobs are served")
