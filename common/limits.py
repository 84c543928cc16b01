"""Rate limits that count exactly: fixed time windows in the cache, with atomic increments."""

import ipaddress
import logging
import time
from contextlib import suppress
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import ngettext

logger = logging.getLogger(__name__)

# Used while the shared cache does not answer, so that there is always a limit.
_own_memory = LocMemCache("limits", {})


class TooManyCalls(Exception):
    """A client has reached a limit. Each kind of call says it in a sentence of its own."""

    code = "throttled"
    status: ClassVar[int] = 429
    sentence: ClassVar[str | Promise]

    def __init__(self, retry_after: int) -> None:
        super().__init__(str(self.sentence) % {"time": time_in_words(retry_after)})
        self.retry_after = retry_after


def seconds_to_wait(limit: str, who: str) -> int:
    """Count one call of the client `who` against the named limit, and return 0 if it is allowed.

    For a refused call, return the seconds until the time window ends.
    """
    allowed, window = settings.API_LIMITS[limit]
    now = time.time()
    start = int(now // window)
    calls = _count(f"limit:{limit}:{who}:{start}", window)
    return 0 if calls <= allowed else max(1, round((start + 1) * window - now))


def is_reached(limit: str, who: str) -> bool:
    """Return whether the next call of the client `who` would be refused. This counts no call."""
    allowed, window = settings.API_LIMITS[limit]
    key = f"limit:{limit}:{who}:{int(time.time() // window)}"
    try:
        return int(cache.get(key, 0)) >= allowed
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        return int(_own_memory.get(key, 0)) >= allowed


def time_in_words(seconds: int) -> str:
    """Return a waiting time in seconds or minutes; minutes are rounded up."""
    if seconds < 120:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def uncount(limit: str, who: str) -> None:
    """Take back the last counted call of the client, because it should not have counted."""
    _allowed, window = settings.API_LIMITS[limit]
    key = f"limit:{limit}:{who}:{int(time.time() // window)}"
    try:
        cache.decr(key)
    except ValueError:
        pass  # A new time window has begun.
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        with suppress(ValueError):
            _own_memory.decr(key)


def _count(key: str, window: int) -> int:
    """Count `key` once more, and return its count in this time window."""
    try:
        cache.add(key, 0, 2 * window)
        return int(cache.incr(key))
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        logger.warning("The cache does not answer; each process counts its own calls")
        _own_memory.add(key, 0, 2 * window)
        return int(_own_memory.incr(key))


def address_of(request: HttpRequest) -> str:
    """Return the address of the client. For an IPv6 address, return its /64 network.

    common/proxies.py sets REMOTE_ADDR from the headers of the trusted proxies.
    """
    raw = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return "local"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return raw
