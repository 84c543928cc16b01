"""A fixed number of slots for each name, counted across processes.

A slot is a key in the cache. It becomes free when its holder does not renew it for `SLOT_SECONDS`.
So the slots of a killed process become free soon.
"""

import logging

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)
SLOT_SECONDS = 60

# Used while the shared cache does not answer, so that there is always a limit.
_own_memory = LocMemCache("slots", {})


# These run outside the database thread: a cache that does not answer must not block the database.
async def take_slot(name: str, limit: int) -> str | None:
    """Take one of the `limit` slots of `name`, or return None when all are taken."""
    return await sync_to_async(_take, thread_sensitive=False)(name, limit)


async def keep_slot(slot: str) -> None:
    """Renew a slot for another `SLOT_SECONDS`."""
    await sync_to_async(_keep, thread_sensitive=False)(slot)


async def free_slot(slot: str) -> None:
    """Free a slot."""
    await sync_to_async(_free, thread_sensitive=False)(slot)


def _take(name: str, limit: int) -> str | None:
    slots = (f"slot:{name}:{number}" for number in range(limit))
    return next((slot for slot in slots if _add(slot)), None)


def _add(slot: str) -> bool:
    try:
        return bool(cache.add(slot, 1, SLOT_SECONDS))
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        logger.warning("The cache does not answer; each process counts its own slots")
        return bool(_own_memory.add(slot, 1, SLOT_SECONDS))


def _keep(slot: str) -> None:
    try:
        cache.set(slot, 1, SLOT_SECONDS)
    except Exception:  # noqa: BLE001
        _own_memory.set(slot, 1, SLOT_SECONDS)


def _free(slot: str) -> None:
    _own_memory.delete(slot)
    try:
        cache.delete(slot)
    except Exception:  # noqa: BLE001
        logger.warning("The cache does not answer; %s frees itself in a minute", slot)
