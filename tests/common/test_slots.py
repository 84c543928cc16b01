"""Tests of slots, which are counted across processes."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from common import slots
from common.slots import free_slot, keep_slot, take_slot


@pytest.fixture(autouse=True)
def _nobody_holds_a_place() -> Iterator[None]:
    cache.clear()
    slots._own_memory.clear()
    yield
    cache.clear()
    slots._own_memory.clear()


@pytest.fixture
def dead_cache(settings: Settings) -> None:
    """Use a cache that cannot be reached."""
    backend = "django.core.cache.backends.redis.RedisCache"
    location = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": location}}


async def test_are_limited_for_each_name() -> None:
    taken = [await take_slot("alice", 2) for _ in range(3)]

    assert len(set(taken)) == 3
    assert taken[2] is None
    assert await take_slot("bob", 2) is not None


async def test_can_be_taken_again_when_freed() -> None:
    slot = await take_slot("alice", 1)
    assert slot is not None
    assert await take_slot("alice", 1) is None

    await free_slot(slot)

    assert await take_slot("alice", 1) == slot


async def test_become_free_when_they_are_not_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SLOT_SECONDS", 0)

    assert await take_slot("alice", 1) is not None

    assert await take_slot("alice", 1) is not None


async def test_last_longer_when_they_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SLOT_SECONDS", 0)
    slot = await take_slot("alice", 1)
    assert slot is not None
    monkeypatch.setattr(slots, "SLOT_SECONDS", 60)

    await keep_slot(slot)

    assert await take_slot("alice", 1) is None


async def test_are_counted_by_the_process_when_the_cache_does_not_answer(dead_cache: None) -> None:
    slot = await take_slot("alice", 1)
    assert slot is not None
    await keep_slot(slot)
    assert await take_slot("alice", 1) is None

    await free_slot(slot)

    assert await take_slot("alice", 1) == slot
