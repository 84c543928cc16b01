"""Photos, jobs, preview sheets, batches, and the rows about the work itself."""

from inference.models.batches import Batch, BatchQuerySet
from inference.models.changes import ChangeCounter, DeletedJob
from inference.models.durations import DurationSample
from inference.models.jobs import Job, JobQuerySet, JobStyle
from inference.models.leases import LeasedQuerySet, LeasedWork
from inference.models.looks import LookQuerySet, PictureLook, ResultLook
from inference.models.losses import LossCurve
from inference.models.masks import Mask, MaskQuerySet
from inference.models.photos import Photo, PhotoQuerySet
from inference.models.proofs import ProofSheet, ProofSheetQuerySet, ProofTile
from inference.models.revisions import Revision, RevisionQuerySet
from inference.models.sketches import Sketch, SketchQuerySet
from inference.models.source_fetches import FETCH_PICTURES, SourceFetch, SourceFetchQuerySet
from inference.models.workers import OPERATE_QUEUE, QueueSwitch, Worker, WorkerQuerySet

__all__ = [
    "FETCH_PICTURES",
    "OPERATE_QUEUE",
    "Batch",
    "BatchQuerySet",
    "ChangeCounter",
    "DeletedJob",
    "DurationSample",
    "Job",
    "JobQuerySet",
    "JobStyle",
    "LeasedQuerySet",
    "LeasedWork",
    "LookQuerySet",
    "LossCurve",
    "Mask",
    "MaskQuerySet",
    "Photo",
    "PhotoQuerySet",
    "PictureLook",
    "ProofSheet",
    "ProofSheetQuerySet",
    "ProofTile",
    "QueueSwitch",
    "ResultLook",
    "Revision",
    "RevisionQuerySet",
    "Sketch",
    "SketchQuerySet",
    "SourceFetch",
    "SourceFetchQuerySet",
    "Worker",
    "WorkerQuerySet",
]
