"""Jobs that come from jobs: the same request once more, and a painting that goes on.

Each is a job of its own, so that what ended stays as it ended. Its id is made from that of the
first, so that asking twice finds the same job.
"""

from dataclasses import replace
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from inference.models import Job
from inference.services.jobs import Origin, WeightedStyles, submit_job
from inference.services.refusals import NothingToContinue, NothingToRetry
from style_transfer.core.spec import METHOD_INFOS, TransferSpec

MORE_STEPS = 200


def retry_job(*, job: Job) -> tuple[Job, bool]:
    """Have what `job` asked for tried again; True when that job is new.

    Raises NothingToRetry, and JobRefused where it would not be taken on today.
    """
    if not job.can_retry:
        sentence = _("Only pictures that failed, expired or were canceled can be tried again.")
        raise NothingToRetry(sentence)
    if job.continues is not None:
        _check_continues(Job.objects.filter(pk=job.continues).first())
    spec = TransferSpec.from_json(job.spec)
    return _submit_after(job, "retry", spec, Origin(retry_of=job.pk, continues=job.continues))


def continue_job(*, job: Job) -> tuple[Job, bool]:
    """Have the painting of `job` go on for MORE_STEPS steps; True when that job is new.

    Raises NothingToContinue, and JobRefused where it would not be taken on today.
    """
    _check_continues(job)
    spec = replace(TransferSpec.from_json(job.spec), steps=MORE_STEPS)
    return _submit_after(job, "continue", spec, Origin(continues=job.pk))


def _check_continues(job: Job | None) -> None:
    if job is None or not job.can_continue:
        able = ", ".join(info.slug for info in METHOD_INFOS.values() if info.continues)
        sentence = _(
            "Only finished pictures made with these methods can be continued: %(methods)s."
        )
        raise NothingToContinue(sentence % {"methods": able})


def _submit_after(job: Job, deed: str, spec: TransferSpec, origin: Origin) -> tuple[Job, bool]:
    uses = job.job_styles.select_related("style")
    styles: WeightedStyles = [(use.style, use.weight) for use in uses]
    return submit_job(
        owner=job.owner,
        photo=job.photo,
        styles=styles,
        spec=spec,
        job_id=_id_after(job.pk, deed),
        origin=origin,
    )


def _id_after(job_id: UUID, deed: str) -> UUID:
    return uuid5(job_id, deed)
