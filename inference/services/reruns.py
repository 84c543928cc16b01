"""Jobs made from an ended job: the same request again, and the continuation of a painting.

Each is a new job, so the ended job stays as it is. The id of the new job is computed from that of
the ended one, so a repeated request returns the same job.
"""

from dataclasses import replace
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from inference.models import Job
from inference.services.jobs import Origin, WeightedStyles, submit_job
from inference.services.refusals import MethodMissing, NothingToContinue, NothingToRetry
from style_transfer.core.catalog import find_method, is_installed, methods_that
from style_transfer.core.spec import TransferSpec


def retry_job(*, job: Job) -> tuple[Job, bool]:
    """Submit the request of `job` again as a new job; True when that job is new.

    Raises NothingToRetry, and JobRefused if the request would be refused now.
    """
    if not job.can_retry:
        sentence = _("Only pictures that failed, expired or were canceled can be tried again.")
        raise NothingToRetry(sentence)
    if job.continues is not None:
        _check_continues(Job.objects.filter(pk=job.continues).first())
    spec = _spec_of(job)
    origin = Origin(retry_of=job.pk, continues=job.continues, first_job=job.first_job)
    return _submit_after(job, "retry", spec, origin)


def continue_job(*, job: Job) -> tuple[Job, bool]:
    """Continue the painting of `job` in a new job; True when that job is new.

    It takes as many steps as a painting of its method has by default.

    Raises NothingToContinue, and JobRefused if the request would be refused now.
    """
    _check_continues(job)
    spec = replace(_spec_of(job), steps=more_steps(job))
    origin = Origin(continues=job.pk, first_job=job.painting)
    return _submit_after(job, "continue", spec, origin)


def more_steps(job: Job) -> int:
    """Return for how many steps a painting continues; 0 if its method is no longer installed."""
    method = job.spec["method"]
    return find_method(method).default_steps if is_installed(method) else 0


def _check_continues(job: Job | None) -> None:
    if job is None or not job.can_continue:
        able = ", ".join(methods_that("continues"))
        sentence = _(
            "Only finished pictures made with these methods can be continued: %(methods)s."
        )
        raise NothingToContinue(sentence % {"methods": able})


def _spec_of(job: Job) -> TransferSpec:
    if not is_installed(job.spec["method"]):
        sentence = _("This method is no longer installed. Choose another method.")
        raise MethodMissing(sentence)
    return TransferSpec.from_json(job.spec)


def _submit_after(job: Job, deed: str, spec: TransferSpec, origin: Origin) -> tuple[Job, bool]:
    uses = job.job_styles.select_related("style")
    styles: WeightedStyles = [(use.style, use.weight) for use in uses]
    return submit_job(
        owner=job.owner,
        photo=job.photo,
        styles=styles,
        spec=spec,
        mask=job.mask,
        job_id=_id_after(job.pk, deed),
        origin=origin,
        made_like=job.made_like,
    )


def _id_after(job_id: UUID, deed: str) -> UUID:
    return uuid5(job_id, deed)
