"""The losses of a job: the latest ones in its snapshot, and the whole curve on request."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast

from common.replies import JsonSchema
from inference.models import Job, LossCurve
from style_transfer.core.losses import LOSS_NAMES, MAX_POINTS


class JobLosses(TypedDict):
    """The weighted losses of one step. The method makes their total smaller."""

    step: int
    content: Annotated[float, "How far the picture is from the shapes of the photo."]
    style: Annotated[float, "How far it is from the texture of the artwork."]
    variation: Annotated[float, "How rough it is from pixel to pixel."]
    total: float


class LossCurveReply(TypedDict):
    """How the losses of a job fell. Only methods that train the picture have any."""

    attempt: Annotated[int | None, "The attempt that the points belong to; null without any."]
    points: Annotated[
        list[JobLosses], JsonSchema({"maxItems": MAX_POINTS}), "In order, thinned evenly."
    ]


def latest_losses(job: Job) -> JobLosses | None:
    """Return the losses of the latest step that was written; None for a job without any."""
    curve: LossCurve | None = getattr(job, "loss_curve", None)
    return None if curve is None or curve.attempt != job.attempt else _losses(curve.latest)


def loss_curve(job: Job) -> LossCurveReply:
    """Return the points of the curve of `job`."""
    curve = LossCurve.objects.filter(job=job.pk, attempt=job.attempt).first()
    if curve is None:
        return {"attempt": None, "points": []}
    return {"attempt": curve.attempt, "points": [_losses(each) for each in curve.points]}


def _losses(point: Sequence[Any]) -> JobLosses:
    return cast("JobLosses", dict(zip(("step", *LOSS_NAMES), point, strict=True)))
