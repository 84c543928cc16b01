"""Events as the socket and `GET /events/` tell them: one form, whichever way they come."""

from typing import Annotated, Any, Literal, TypedDict

from django.conf import settings

from common.replies import JsonSchema
from inference.live.change_log import Change, CursorExpired, changes_since, latest
from inference.live.snapshots.job import job_snapshot
from inference.live.snapshots.sheet import proof_snapshot
from inference.models import DeletedJob, Job, ProofSheet

RECENT_JOBS = 20
EVENTS_AT_ONCE = 100


class Event(TypedDict):
    """Something that changed, as it is now."""

    type: Literal["job", "proof", "gone", "snapshot", "resync_required"]
    seq: Annotated[int, "Its place in the order of changes."]
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

    seq: Annotated[int, "Send this as `since` the next time."]
    more: Annotated[bool, "There is more; ask again at once."]
    events: list[Event]


def snapshot_event(owner_id: int) -> Event:
    """Describe all active jobs and the most recent ones, newest first."""
    # The place first: what changes while the rows are read is then told once more.
    place = latest(owner_id)
    mine = Job.objects.filter(owner=owner_id).order_by("-created_at")
    recent = mine.values_list("pk", flat=True)[:RECENT_JOBS]
    active = mine.active().values_list("pk", flat=True)[: settings.JOB_MAX_WAITING_PER_USER]
    jobs = Job.objects.with_parts().filter(pk__in={*recent, *active}).order_by("-created_at")
    return {"type": "snapshot", "seq": place, "data": {"jobs": [job_snapshot(job) for job in jobs]}}


def events_since(owner_id: int, since: int | None) -> EventPage:
    """Return what changed after `since`; a snapshot for whoever names no place, or one unknown."""
    if since is None:
        snapshot = snapshot_event(owner_id)
        return {"seq": snapshot["seq"], "more": False, "events": [snapshot]}
    try:
        changes = changes_since(owner_id, since, EVENTS_AT_ONCE)
        told = _events(changes.changes)
    except CursorExpired:
        snapshot = snapshot_event(owner_id)
        resync: Event = {"type": "resync_required", "seq": snapshot["seq"], "data": {}}
        return {"seq": snapshot["seq"], "more": False, "events": [resync, snapshot]}
    return {"seq": changes.seq, "more": changes.more, "events": told}


def _events(changes: list[Change]) -> list[Event]:
    """Describe what changed as it is now; what is gone meanwhile says so by a later change.

    Raises CursorExpired when that was forgotten meanwhile.
    """
    rows: dict[type[Any], dict[Any, Any]] = {
        Job: Job.objects.with_parts().in_bulk(_pks(changes, Job)),
        ProofSheet: ProofSheet.objects.in_bulk(_pks(changes, ProofSheet)),
        DeletedJob: DeletedJob.objects.in_bulk(_pks(changes, DeletedJob)),
    }
    found = [(change, rows[change.kind].get(change.pk)) for change in changes]
    if any(row is None and change.kind is DeletedJob for change, row in found):
        raise CursorExpired
    return [_event(change.number, row) for change, row in found if row is not None]


def _pks(changes: list[Change], kind: type[Any]) -> list[Any]:
    return [change.pk for change in changes if change.kind is kind]


def _event(number: int, row: Job | ProofSheet | DeletedJob) -> Event:
    if isinstance(row, Job):
        return {"type": "job", "seq": number, "data": job_snapshot(row)}
    if isinstance(row, ProofSheet):
        return {"type": "proof", "seq": number, "data": proof_snapshot(row)}
    return {"type": "gone", "seq": number, "data": {"job": str(row.job_id)}}
