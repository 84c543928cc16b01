"""Events: what changed for a user, in one form for the socket and for `GET /events/`."""

from typing import Annotated, Any, Literal, TypedDict

from django.conf import settings

from common.replies import JsonSchema
from inference.live.change_log import Change, CursorExpired, changes_since, latest_cursor
from inference.live.snapshots.job import job_snapshot
from inference.live.snapshots.sheet import proof_snapshot
from inference.models import DeletedJob, Job, ProofSheet

RECENT_JOBS = 20
EVENTS_AT_ONCE = 100
EventType = Literal["job", "proof", "gone", "snapshot", "resync_required"]


class Event(TypedDict):
    """Something that changed, as it is now."""

    type: EventType
    seq: Annotated[int, "Older name of `cursor`, with the same value."]
    cursor: Annotated[int, "Position in the order of changes; not the `seq` inside `data`."]
    data: Annotated[
        Any,
        JsonSchema({"type": "object", "additionalProperties": {}}),
        (
            "A job or a proof sheet as at its own address; `{job}` for a job that was deleted; "
            "`{jobs}` for a snapshot."
        ),
    ]


class EventPage(TypedDict):
    """Up to 100 events in their order."""

    seq: Annotated[int, "Older name of `cursor`, with the same value."]
    cursor: Annotated[int, "Send this as `since` in the next request."]
    more: Annotated[bool, "There is more. Send the next request at once."]
    events: list[Event]


def snapshot_event(owner_id: int) -> Event:
    """Describe all active jobs and the most recent ones, newest first."""
    # The cursor first: a change between the two reads is then sent again rather than missed.
    cursor = latest_cursor(owner_id)
    mine = Job.objects.filter(owner=owner_id).order_by("-created_at")
    recent = mine.values_list("pk", flat=True)[:RECENT_JOBS]
    active = mine.active().values_list("pk", flat=True)[: settings.JOB_MAX_WAITING_PER_USER]
    jobs = Job.objects.with_parts().filter(pk__in={*recent, *active}).order_by("-created_at")
    return _event("snapshot", cursor, {"jobs": [job_snapshot(job) for job in jobs]})


def events_since(owner_id: int, since: int | None) -> EventPage:
    """Return what changed after the cursor `since`; a snapshot for None and an expired cursor."""
    if since is None:
        snapshot = snapshot_event(owner_id)
        return _page(snapshot["cursor"], [snapshot])
    try:
        changes = changes_since(owner_id, since, EVENTS_AT_ONCE)
        return _page(changes.cursor, _events(changes.changes), more=changes.more)
    except CursorExpired:
        snapshot = snapshot_event(owner_id)
        resync = _event("resync_required", snapshot["cursor"], {})
        return _page(snapshot["cursor"], [resync, snapshot])


def _events(changes: list[Change]) -> list[Event]:
    """Describe the changed rows as they are now.

    A job or sheet that was deleted since the changes were listed is left out: a later change says
    so. Raises CursorExpired when the note of a deletion was pruned since then.
    """
    rows: dict[type[Any], dict[Any, Any]] = {
        Job: Job.objects.with_parts().in_bulk(_pks(changes, Job)),
        ProofSheet: ProofSheet.objects.in_bulk(_pks(changes, ProofSheet)),
        DeletedJob: DeletedJob.objects.in_bulk(_pks(changes, DeletedJob)),
    }
    found = [(change, rows[change.kind].get(change.pk)) for change in changes]
    if any(row is None and change.kind is DeletedJob for change, row in found):
        raise CursorExpired
    return [_event_of_row(change.number, row) for change, row in found if row is not None]


def _pks(changes: list[Change], kind: type[Any]) -> list[Any]:
    return [change.pk for change in changes if change.kind is kind]


def _event_of_row(cursor: int, row: Job | ProofSheet | DeletedJob) -> Event:
    if isinstance(row, Job):
        return _event("job", cursor, job_snapshot(row))
    if isinstance(row, ProofSheet):
        return _event("proof", cursor, proof_snapshot(row))
    return _event("gone", cursor, {"job": str(row.job_id)})


def _event(kind: EventType, cursor: int, data: Any) -> Event:
    return {"type": kind, "seq": cursor, "cursor": cursor, "data": data}


def _page(cursor: int, events: list[Event], *, more: bool = False) -> EventPage:
    return {"seq": cursor, "cursor": cursor, "more": more, "events": events}
