"""Broadcasts of whole snapshots to the group of the owner, from any process."""

from collections.abc import Sequence
from typing import Literal, TypedDict
from uuid import UUID

from accounts.session_news import group_of
from common.broadcast import broadcast
from inference.live.snapshots.job import JobSnapshot, job_snapshot
from inference.live.snapshots.sheet import ProofSheetSnapshot, TileFrame, proof_snapshot, tile_frame
from inference.live.snapshots.sketch import SketchSnapshot, sketch_snapshot
from inference.models import Job, ProofSheet, ProofTile, Sketch


class JobChanged(TypedDict):
    """A job changed; like all messages it goes through the channel layer."""

    type: Literal["job.changed"]
    snapshot: JobSnapshot


class ProofChanged(TypedDict):
    """A proof sheet started, ended or waits again."""

    type: Literal["proof.changed"]
    snapshot: ProofSheetSnapshot


class ProofTileCame(TypedDict):
    """A proof sheet has one more tile."""

    type: Literal["proof.tile"]
    frame: TileFrame


class SketchChanged(TypedDict):
    """A sketch ended."""

    type: Literal["sketch.changed"]
    snapshot: SketchSnapshot


class JobsDeleted(TypedDict):
    """Jobs were deleted."""

    type: Literal["jobs.deleted"]
    ids: list[str]


Message = JobsDeleted | JobChanged | ProofChanged | ProofTileCame | SketchChanged


def publish(job_id: UUID) -> Job | None:
    """Read the row again, broadcast its snapshot to its owner, and return it; None if deleted.

    Delivery is not promised, and a failure is only logged.
    """
    job = Job.objects.with_parts().filter(pk=job_id).first()
    if job is not None:
        publish_read(job)
    return job


def publish_read(job: Job) -> None:
    """Broadcast the snapshot of a `job` that was just read with its parts."""
    _send(job.owner_id, {"type": "job.changed", "snapshot": job_snapshot(job)})


def publish_deleted(owner_id: int, job_ids: Sequence[UUID]) -> None:
    """Broadcast that these jobs of a user were deleted."""
    if job_ids:
        _send(owner_id, {"type": "jobs.deleted", "ids": [str(each) for each in job_ids]})


def publish_sheet(sheet_id: UUID) -> None:
    """Read the sheet again and broadcast its snapshot to its owner, unless it was deleted."""
    sheet = ProofSheet.objects.filter(pk=sheet_id).first()
    if sheet is not None:
        _send(sheet.owner_id, {"type": "proof.changed", "snapshot": proof_snapshot(sheet)})


def publish_tile(tile: ProofTile, *, sheet_id: UUID) -> None:
    """Broadcast a new `tile` to the owner of its sheet, unless the sheet was deleted."""
    sheet = ProofSheet.objects.filter(pk=sheet_id).first()
    if sheet is not None:
        _send(sheet.owner_id, {"type": "proof.tile", "frame": tile_frame(sheet, tile)})


def publish_sketch(sketch_id: UUID) -> None:
    """Read the sketch again and broadcast its snapshot to its owner, if it has ended."""
    sketch = Sketch.objects.ended().filter(pk=sketch_id).first()
    if sketch is not None:
        _send(sketch.owner_id, {"type": "sketch.changed", "snapshot": sketch_snapshot(sketch)})


def _send(owner_id: int, message: Message) -> None:
    broadcast(group_of(owner_id), message)
