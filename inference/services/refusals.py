"""Why a job is not taken on, or cannot be changed: codes, statuses and sentences."""


class JobRefused(Exception):
    """A job that cannot be taken on: a stable code, an HTTP status and a sentence."""

    code = "job_refused"
    status = 422

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class JobConflict(JobRefused):
    """The id is in use for another request."""

    code = "job_conflict"


class JobDeleted(JobRefused):
    """The job of this id was deleted not long ago."""

    code = "job_deleted"
    status = 409


class PhotoUnavailable(JobRefused):
    """The photo is someone else's."""

    code = "unknown_photo"


class StyleUnavailable(JobRefused):
    """A style is not in the library, or the choice of styles makes no sense."""

    code = "style_unavailable"


class StyleNeedsPicture(JobRefused):
    """The method looks at the artwork itself, and of a style only a code is here."""

    code = "style_needs_picture"


class NetworkMissing(JobRefused):
    """The method paints by a network of the style's own, and nobody trained one."""

    code = "network_missing"


class MethodMissing(JobRefused):
    """The method that painted the job is no longer installed."""

    code = "method_missing"


class TooManyJobs(JobRefused):
    """The person has enough jobs waiting."""

    code = "too_many_jobs"
    status = 429


class QuotaExceeded(JobRefused):
    """The person had enough pictures made today."""

    code = "quota_exceeded"
    status = 429


class QueueFull(JobRefused):
    """Everybody together has enough jobs waiting."""

    code = "queue_full"
    status = 503


class BatchTooLarge(JobRefused):
    """So many jobs are not asked for at once."""

    code = "batch_too_large"


class NothingToRetry(JobRefused):
    """The job waits, runs, or has its result."""

    code = "nothing_to_retry"
    status = 409


class NothingToContinue(JobRefused):
    """Nothing was kept of the painting that could go on."""

    code = "nothing_to_continue"
    status = 409


class NothingToKeep(JobRefused):
    """The job is not being painted, so there is nothing to stop and keep."""

    code = "nothing_to_keep"
    status = 409
