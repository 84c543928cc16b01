"""Health checks for machines: whether the process runs, and whether it can serve requests."""

import ipaddress
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from kombu.exceptions import KombuError

from inference.queue.workers import workers_alive
from styleweb import embedded
from styleweb.celery import app

logger = logging.getLogger(__name__)


class HealthChecks(MiddlewareMixin):
    """Answers health checks before the host name is checked.

    A check calls the address of a container, not the name of the site.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Answer a health check. Any other request, also to closed checks, goes on."""
        if request.path_info == "/healthz":
            return healthz()
        # Outside clients must not learn which part fails. They get a 404, as for any address.
        if request.path_info == "/readyz" and _is_inside(request.META.get("REMOTE_ADDR", "")):
            return readyz()
        return None


def healthz() -> HttpResponse:
    """Answer that the process runs. This uses no other part."""
    return HttpResponse("ok", content_type="text/plain")


def readyz() -> JsonResponse:
    """Answer 200 if every part works, otherwise 503, and name the parts."""
    parts = {name: check() for name, check in CHECKS.items()}
    status = 200 if all(parts.values()) else 503
    return JsonResponse(
        {name: "ok" if works else "failed" for name, works in parts.items()},
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def database_answers() -> bool:
    """Return whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("The database does not answer", exc_info=True)
        return False
    return True


def broker_answers() -> bool:
    """Return whether wakeups can be sent to the broker."""
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (KombuError, OSError):
        logger.warning("The broker does not answer", exc_info=True)
        return False
    return True


def worker_is_alive() -> bool:
    """Return whether a worker runs: in the embedded mode the worker of this server, else any."""
    if settings.EMBEDDED:
        return embedded.worker_is_alive()
    try:
        return workers_alive() > 0
    except DatabaseError:
        return False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "worker": worker_is_alive,
}


def _is_inside(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
