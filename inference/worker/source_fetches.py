"""Fetching pictures of masterworks: one at a time, and stopped when work of users waits."""

import time
from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from common.sandbox.client import ServerBusy
from common.storage import StorageFull
from common.uploads import UploadRefused
from inference.models import ProofSheet, Revision, Sketch, SourceFetch
from inference.queue import fairness, source_fetches
from inference.queue.workers import open_to_this_worker
from inference.worker.failures import write_failure
from inference.worker.heartbeat import Endings, Heartbeat, LeaseLost, failures_written
from library.fetching import fetch_masterwork
from library.sources import UNREACHABLE, SourceRefused

# How often a download looks whether work of users waits.
LOOK_SECONDS: Final = 1.0
# After so many museums in a row that do not respond, the network of this machine is probably away.
UNREACHABLE_AT_MOST: Final = 3
NO_NETWORK: Final = gettext_noop(
    "The museums do not respond. Check the internet connection of the server, then try again."
)
NO_SPACE: Final = gettext_noop("The server is out of disk space. Free some, then try again.")


class UsersWait(Exception):
    """Work of users waits, and comes before the pictures of the library."""


def serve_source_fetch() -> bool:
    """Fetch the next picture of the waiting run; False when none waits.

    If work of users comes in between, the run waits again, and this picture begins again later.
    """
    fetch = source_fetches.claim()
    if fetch is None:
        return False
    with Heartbeat([fetch], ENDINGS) as heartbeat, failures_written(fetch, ENDINGS):
        try:
            code = _fetch_next(fetch)
        except UsersWait:
            source_fetches.give_back(fetch)
            return True
        heartbeat.check(fetch)
        if not _record(fetch, {"slug": fetch.next_slug, "code": code}):
            raise LeaseLost
    return True


def _fetch_next(fetch: SourceFetch) -> str:
    """Fetch one picture, and return the code of a refusal or "".

    Without the lease nothing is lost: the next attempt finds that this picture is not missing.
    """
    try:
        fetch_masterwork(slug=fetch.next_slug, between=_look_for_users())
    except (SourceRefused, UploadRefused, StorageFull, ServerBusy) as refusal:
        return refusal.code
    return ""


def _look_for_users() -> Callable[[], None]:
    """Return a function that raises `UsersWait` when this worker could serve users instead."""
    looked = time.monotonic()

    def look() -> None:
        nonlocal looked
        if time.monotonic() - looked < LOOK_SECONDS:
            return
        looked = time.monotonic()
        if _users_wait():
            raise UsersWait

    return look


def _users_wait() -> bool:
    """Tell whether this worker would find work of users.

    Only what it may claim counts. For anything else it would begin the same download again and
    again.
    """
    for kind in (Revision, Sketch, ProofSheet):
        if kind.objects.waiting().filter(open_to_this_worker()).exists():
            return True
    with transaction.atomic():
        return fairness.next_in_turn() is not None


def _record(fetch: SourceFetch, outcome: dict[str, str]) -> bool:
    if outcome["code"] == StorageFull.code:
        return source_fetches.give_up(fetch, outcome, hint=NO_SPACE)
    last = [each["code"] for each in (*fetch.outcomes, outcome)][-UNREACHABLE_AT_MOST:]
    if last == [UNREACHABLE] * UNREACHABLE_AT_MOST:
        return source_fetches.give_up(fetch, outcome, hint=NO_NETWORK)
    return source_fetches.go_on(fetch, outcome)


def _ends_soon(_fetch: SourceFetch) -> bool:
    return False


ENDINGS = Endings(write_failure, source_fetches.give_back, _ends_soon)
