"""Rate limits that count exactly: fixed windows in the cache, incremented atomically."""

import ipaddress
import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest

logger = logging.getLogger(__name__)

# Counts here while the shared cache does not answer, so that a limit never opens entirely.
_own_memory = LocMemCache("limits", {})


def seconds_to_wait(limit: str, who: str) -> int:
    """Count one call of `who` against the named limit; 0 lets it through.

    A refused call answers how many seconds are left of the window.
    """
    allowed, window = settings.API_LIMITS[limit]
    now = time.time()
    start = int(now // window)
    calls = _count(f"limit:{limit}:{who}:{start}", window)
    return 0 if calls <= allowed else max(1, round((start + 1) * window - now))


def _count(key: str, window: int) -> int:
    """Return how often `key` was counted in this window, this time included."""
    try:
        cache.add(key, 0, 2 * window)
        return int(cache.incr(key))
    except Exception:  # noqa: BLE001  # every cache backend fails in its own way
        logger.warning("The cache does not answer; limits are kept for each process alone")
        _own_memory.add(key, 0, 2 * window)
        return int(_own_memory.incr(key))


def address_of(request: HttpRequest) -> str:
    """Return who is calling as far as the connection tells; IPv6 by its /64 network.

    Forwarded headers are the server's business: it sets REMOTE_ADDR from proxies that it trusts.
    """
    raw = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return "local"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return raw
