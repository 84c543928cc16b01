"""Limits: exact counts, one address for a network, and a limit even without the cache."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from common.limits import address_of, seconds_to_wait


@pytest.fixture
def who() -> str:
    """Return a client that no other test counts."""
    return uuid4().hex


@pytest.fixture(autouse=True)
def _three_calls(settings: Any) -> None:
    settings.API_LIMITS = {"login": (3, 3600)}


def test_allows_exactly_the_limit(who: str) -> None:
    waits = [seconds_to_wait("login", who) for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert all(1 <= wait <= 3600 for wait in waits[3:])


def test_counts_exactly_under_many_threads(who: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(seconds_to_wait, itertools.repeat("login", 100), [who] * 100))
    assert waits.count(0) == 3


def test_counts_each_client_separately(who: str) -> None:
    for _ in range(4):
        seconds_to_wait("login", who)
    assert seconds_to_wait("login", f"{who}-neighbor") == 0


def test_starts_again_in_the_next_time_window(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000 * 3600.0
    monkeypatch.setattr("common.limits.time.time", lambda: now)
    waits = [seconds_to_wait("login", who) for _ in range(4)]
    assert waits[-1] == 3600
    monkeypatch.setattr("common.limits.time.time", lambda: now + 3600)
    assert seconds_to_wait("login", who) == 0


def test_counts_in_the_process_while_the_cache_does_not_answer(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", gone)
    waits = [seconds_to_wait("login", who) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert waits[3] > 0


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "local"),
    ],
)
def test_names_an_ipv6_client_by_its_network(raw: str, address: str) -> None:
    assert address_of(RequestFactory(REMOTE_ADDR=raw).get("/")) == address


def test_does_not_believe_a_forged_address() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1"})
    assert address_of(request) == "127.0.0.1"
