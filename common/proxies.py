"""The address of a client behind proxies.

Each proxy appends to X-Forwarded-For the address that called it. So the last values, one for each
trusted proxy, are true, and the first of them is the client. A client can forge all values before
them. The settings say how many proxies are trusted; nothing else of the site reads this header.
"""

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class TrustedProxies(MiddlewareMixin):
    """Sets REMOTE_ADDR to the address of the client, for limits, allauth and health checks."""

    def process_request(self, request: HttpRequest) -> None:
        """Believe the trusted proxies, and remove what a client may have forged."""
        believe_proxies(request.META, settings.TRUSTED_PROXIES)


def believe_proxies(meta: dict[str, Any], proxies: int) -> None:
    """Set REMOTE_ADDR from the last `proxies` values of X-Forwarded-For, and keep only these.

    A request with fewer values, or with one that is no address, did not come through all proxies.
    Its client is the peer of the connection.
    """
    values = str(meta.pop("HTTP_X_FORWARDED_FOR", "")).split(",")
    chain = [bare_address(value) for value in values[-proxies:]] if proxies else []
    if chain and len(chain) == proxies and all(chain):
        # Some libraries read the first value. It is the client here, and not a forged one.
        meta["HTTP_X_FORWARDED_FOR"] = ", ".join(chain)
        meta["REMOTE_ADDR"] = chain[0]
    else:
        meta["REMOTE_ADDR"] = bare_address(str(meta.get("REMOTE_ADDR", "")))


def bare_address(value: str) -> str:
    """Return the address in `value` without brackets, port and zone, or "" if there is none.

    A server that listens to IPv4 and IPv6 writes IPv4 addresses as `::ffff:192.0.2.1`. They become
    IPv4 addresses again, because otherwise all of them are in one /64 network.
    """
    text = value.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
