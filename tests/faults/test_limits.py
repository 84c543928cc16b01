"""Tests of the limits of calls and of wrong passwords across processes and addresses."""

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from statistics import median
from uuid import uuid4

import pytest

from tests.faults.apps import App, app_of
from tests.support.bars import Keep, Record
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
    answers: Counter[int] = Counter()
    with ThreadPoolExecutor(16) as pool:
        while answers.total() < calls and not answers[429]:
            forged = [".".join(str(random.randrange(1, 255)) for _ in range(4)) for _ in range(50)]
            answers += Counter(pool.map(partial(status_from, production, "127.0.0.2"), forged))

    assert answers[429] >= 1
    assert set(answers) == {200, 429}
    record_bar(32, f"{answers.total()} forged addresses: {answers[200]} passed, as of one")


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


def try_password(site: ProductionSite, name: str, peer: str) -> tuple[int, dict[str, str], float]:
    """Send a wrong password from `peer` and return the status, the answer and its seconds."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60, source_address=(peer, 0))
    body = json.dumps({"login": name, "password": "wrong"})
    with closing(connection):
        began = time.perf_counter()
        connection.request(
            "POST", "/api/v1/auth/login/", body, {"Content-Type": "application/json"}
        )
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content), time.perf_counter() - began


@pytest.mark.bar(36)
def test_takes_as_long_to_refuse_an_unknown_name_as_a_known_one(
    production: ProductionSite, record_bar: Record, keep_bar: Keep
) -> None:
    app_of(production, "sam")
    # Each try has its own address, because wrong passwords of one address end in a refusal.
    peers = iter(f"127.0.36.{last}" for last in range(1, 250))
    # In turns, so that other work on the machine delays both alike.
    tries = [
        [try_password(production, name, next(peers)) for name in ("sam", "nobody")]
        for _ in range(40)
    ]

    known, unknown = zip(*tries, strict=True)
    assert {status for status, *_ in known + unknown} == {401}
    said = [
        {key: value for key, value in answer.items() if key != "request_id"}
        for _, answer, _ in known + unknown
    ]
    assert all(each == said[0] for each in said)
    one, other = (median(seconds for *_, seconds in each) for each in (known, unknown))
    record_bar(36, f"refused in {1000 * one:.0f} ms, unknown names in {1000 * other:.0f} ms")
    keep_bar(abs(one - other) / one, 0.1)
