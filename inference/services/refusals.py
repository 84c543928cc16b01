"""The reasons for which a job is refused or cannot be changed: codes, statuses and sentences."""


class JobRefused(Exception):
    """A request that is refused, with a stable code, an HTTP status and a sentence."""

    code = "job_refused"
    status = 422

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class JobConflict(JobRefused):
    """The id is already in use for another request."""

    code = "job_conflict"


class JobDeleted(JobRefused):
    """The job with this id was deleted recently."""

    code = "job_deleted"
    status = 409


class GuestRefused(JobRefused):
    """Somebody without an account may not do this."""

    code = "guest_refused"
    status = 403


class GuestGone(GuestRefused):
    """The guest has signed in since, or the day of the guest has ended."""

    code = "guest_gone"
    status = 409


class PhotoUnavailable(JobRefused):
    """The photo belongs to another user."""

    code = "unknown_photo"


class MaskUnavailable(JobRefused):
    """The mask is not one of this photo."""

    code = "unknown_mask"


class MaskEmpty(JobRefused):
    """The mask lets nothing be painted."""

    code = "mask_empty"


class StyleUnavailable(JobRefused):
    """A style is not in the library, or the choice of styles is not valid."""

    code = "style_unavailable"


class StyleNeedsPicture(JobRefused):
    """The method needs the picture of the artwork, and the style has only a code."""

    code = "style_needs_picture"


class NetworkMissing(JobRefused):
    """The method needs a network trained for the style, and there is none."""

    code = "network_missing"


class FeaturesMissing(JobRefused):
    """The feature network is not installed here."""

    code = "features_missing"


class TooManySteps(JobRefused):
    """The method takes fewer steps on this site."""

    code = "too_many_steps"


class MethodMissing(JobRefused):
    """The method that painted the job is no longer installed."""

    code = "method_missing"


class TooManyJobs(JobRefused):
    """The user has too many waiting jobs."""

    code = "too_many_jobs"
    status = 429


class QuotaExceeded(JobRefused):
    """The user has reached the limit of jobs for today."""

    code = "quota_exceeded"
    status = 429


class QueueFull(JobRefused):
    """All users together have too many waiting jobs."""

    code = "queue_full"
    status = 503


class BatchTooLarge(JobRefused):
    """A batch has no jobs, or more than a batch may have."""

    code = "batch_too_large"


class NothingToRetry(JobRefused):
    """The job waits, runs, or has its result."""

    code = "nothing_to_retry"
    status = 409


class NothingToContinue(JobRefused):
    """No state was saved from which the painting can continue."""

    code = "nothing_to_continue"
    status = 409


class NothingToKeep(JobRefused):
    """The job is not being painted, so there is nothing to stop and keep."""

    code = "nothing_to_keep"
    status = 409


class NotDevelopable(JobRefused):
    """The job has no result, or its parts were not kept: it is old, or it has a mask."""

    code = "not_developable"
    status = 409


class AsPainted(JobRefused):
    """The settings are those that the picture was painted with."""

    code = "as_painted"


class TooManyRevisions(JobRefused):
    """The picture has as many versions as it may have."""

    code = "too_many_revisions"
    status = 409


class RevisionsWaiting(JobRefused):
    """Too many versions of the user's pictures are being made."""

    code = "revisions_waiting"
    status = 429


class RevisionNotReady(JobRefused):
    """The version has no picture yet, or it failed, or it was deleted at the same time."""

    code = "revision_not_ready"
    status = 409


class RevisionInUse(JobRefused):
    """An artwork shows the version."""

    code = "revision_in_use"
    status = 409
