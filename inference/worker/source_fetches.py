"""Fetching pictures of masterworks: one at a time, so that pictures of users come in between."""

from typing import Final

from django.utils.translation import gettext_noop

from common.storage import StorageFull
from common.uploads import UploadRefused
from inference.models import SourceFetch
from inference.queue import source_fetches
from inference.worker.failures import write_failure
from inference.worker.heartbeat import Endings, Heartbeat, LeaseLost, failures_written
from library.fetching import fetch_masterwork
from library.sources import UNREACHABLE, SourceRefused

# After so many museums in a row that do not respond, the network of this machine is probably away.
UNREACHABLE_AT_MOST: Final = 3
NO_NETWORK: Final = gettext_noop(
    "The museums do not respond. Check the internet connection of the server, then try again."
)
NO_SPACE: Final = gettext_noop("The server is out of disk space. Free some, then try again.")


def serve_source_fetch() -> bool:
    """Fetch the next picture of the waiting run; False when none waits."""
    fetch = source_fetches.claim()
    if fetch is None:
        return False
    with Heartbeat([fetch], ENDINGS) as heartbeat, failures_written(fetch, ENDINGS):
        code = _fetch_next(fetch)
        heartbeat.check(fetch)
        if not _record(fetch, {"slug": fetch.next_slug, "code": code}):
            raise LeaseLost
    return True


def _fetch_next(fetch: SourceFetch) -> str:
    """Fetch one picture, and return the code of a refusal or "".

    Without the lease nothing is lost: the next attempt finds that this picture is not missing.
    """
    try:
        fetch_masterwork(slug=fetch.next_slug)
    except (SourceRefused, UploadRefused, StorageFull) as refusal:
        return refusal.code
    return ""


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
