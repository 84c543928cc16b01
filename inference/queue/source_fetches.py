"""The queue of runs that fetch pictures of masterworks: claims, and what their worker changes."""

from django.db import transaction

from common.locks import retry_deadlocks
from inference.models import SourceFetch
from inference.queue.lanes import share_of_this_worker
from inference.queue.workers import open_to_this_worker

State = SourceFetch.State


@retry_deadlocks
def claim() -> SourceFetch | None:
    """Take the waiting run: QUEUED to RUNNING under a new lease."""
    if not share_of_this_worker().sheets:
        return None
    with transaction.atomic():
        fetch = (
            SourceFetch.objects.waiting()
            .filter(open_to_this_worker())
            .order_by("created_at")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if fetch is None:
            return None
        lease = SourceFetch.objects.filter(pk=fetch.pk).take()
    taken = SourceFetch.objects.select_related("requested_by")
    return taken.filter(pk=fetch.pk, lease=lease).first()


def go_on(fetch: SourceFetch, outcome: dict[str, str]) -> bool:
    """Record the `outcome` of one masterwork, and let the run wait again or end.

    Return False when the lease is gone, for example because the run was canceled.
    """
    return fetch.go_on(fetch.held, outcome)


def give_up(fetch: SourceFetch, outcome: dict[str, str], *, hint: str) -> bool:
    """Record the `outcome` and end the run, because the next masterwork would fail the same way."""
    reason = {"error_code": outcome["code"], "error_hint": hint[:300]}
    return fetch.held.end(State.FAILED, outcomes=[*fetch.outcomes, outcome], **reason)


def give_back(fetch: SourceFetch) -> bool:
    """Put the held run back as if it had not begun; False when the lease is gone."""
    return fetch.held.give_back()
