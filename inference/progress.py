"""Telling browsers: the whole snapshot to the group of the job's owner, from any process."""

import asyncio
import logging
from typing import Literal, TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from inference.models import Job
from inference.snapshots import JobSnapshot, job_snapshot

logger = logging.getLogger(__name__)
# Telling is a courtesy (pages also poll), so a broker in trouble must not hold up the painting.
PATIENCE_SECONDS = 2.0


class JobChanged(TypedDict):
    """The message that travels through the channel layer."""

    type: Literal["job.changed"]
    snapshot: JobSnapshot


def group_of(owner_id: int) -> str:
    """Name the group of all sockets of one person."""
    return f"jobs_{owner_id}"


def publish(job_id: UUID) -> Job | None:
    """Read the row anew, send its snapshot to its owner, and return it; None when it is gone.

    Delivery is not promised and its failure is only logged.
    """
    job = Job.objects.with_parts().filter(pk=job_id).first()
    if job is None:
        return None
    message: JobChanged = {"type": "job.changed", "snapshot": job_snapshot(job)}
    try:
        async_to_sync(_send)(group_of(job.owner_id), message)
    except Exception:  # every layer fails with exceptions of its own
        logger.warning("job %s: the browser could not be told", job_id, exc_info=True)
    return job


async def _send(group: str, message: JobChanged) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, dict(message)), PATIENCE_SECONDS)
