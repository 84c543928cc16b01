"""How the API renders a job: as the snapshot, which declares its fields itself."""

from common.openapi import SnapshotSerializer
from inference.live.snapshots.job import JobSnapshot, job_snapshot
from inference.models import Job


class JobSerializer(SnapshotSerializer[Job]):
    """Renders a job that was read by `with_parts`."""

    snapshot = JobSnapshot

    def to_representation(self, instance: Job) -> JobSnapshot:
        """Return the snapshot."""
        return job_snapshot(instance)
