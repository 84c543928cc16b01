"""`Prefer: wait=10`: the reply is held until the picture is done, for ten seconds at most."""

import re
import threading
import time
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from inference.models import Job
from style_transfer.core.catalog import methods_that

LONGEST_SECONDS = 10
LOOK_SECONDS = 0.15
# A held reply takes a thread of the server, and other requests must not wait for one.
HELD_AT_ONCE = 2

_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?\s*(?:$|[,;])", re.IGNORECASE)
_places = threading.BoundedSemaphore(HELD_AT_ONCE)

_METHODS = " or ".join(f"`{slug}`" for slug in methods_that("immediate"))
PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description=(
        f"`wait=10` holds the reply of a {_METHODS} job for up to ten seconds: 200 when the job "
        "ended by then, else 202 and you go on by polling or the socket."
    ),
)


def preferred_wait(request: Request) -> int | None:
    """Return how many seconds the caller prefers to wait; None if the header names no time."""
    found = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), LONGEST_SECONDS) if found else None


def wait_for_end(job: Job, seconds: float) -> bool:
    """Hold the caller until `job` ends or `seconds` are over; tell whether it ended.

    It does not wait for slow methods, or if HELD_AT_ONCE replies are held already.
    """
    if job.spec["method"] not in methods_that("immediate") or not _places.acquire(blocking=False):
        return _has_ended(job.pk)
    try:
        end = time.monotonic() + seconds
        while not (ended := _has_ended(job.pk)) and time.monotonic() < end:
            time.sleep(min(LOOK_SECONDS, max(0.0, end - time.monotonic())))
        return ended
    finally:
        _places.release()


def _has_ended(job_id: UUID) -> bool:
    return not Job.objects.active().filter(pk=job_id).exists()
