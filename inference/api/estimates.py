"""What a job would take, predicted before its submission."""

from typing import Annotated, Any, TypedDict

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import person
from accounts.models import Scope
from inference.api.job_request import JobRequestSerializer
from inference.live.estimates import Estimate, Eta, estimate
from inference.queue.durations import Basis
from inference.services.batches import MAX_JOBS
from inference.services.limits import room_of


class Warned(TypedDict):
    """Something to know before submitting."""

    code: Annotated[
        str,
        (
            "enlarged, painted_smaller, may_time_out or too_large_for_memory. More codes "
            "may be added."
        ),
    ]
    message: Annotated[str, "A sentence for people."]


class EstimateReply(TypedDict):
    """When a job would be done if it were submitted now, and what it would take."""

    seconds: Annotated[Eta, "Waiting time plus painting time."]
    painting: Annotated[Eta, "Painting time only."]
    basis: Annotated[
        Basis,
        ("history: based on similar pictures made on this site; guess: no such pictures yet."),
    ]
    ahead: Annotated[int, "Number of jobs, of all users, that would start before it."]
    device: Annotated[str, "cpu or cuda."]
    memory_mb: Annotated[int | None, "Estimated memory in MB; null if unknown."]
    tiles: Annotated[int, "Number of tiles that the picture is painted in."]
    room: Annotated[int, "How many more jobs I can create now."]
    warnings: list[Warned]


@extend_schema_serializer(component_name="PredictedJob")
class EstimateRequestSerializer(JobRequestSerializer):
    """A job, or several like it."""

    pictures = serializers.IntegerField(
        default=1,
        min_value=1,
        max_value=MAX_JOBS,
        help_text=(
            "How many such pictures are requested together; `seconds` is the time until "
            "the last is done."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Build the spec."""
        return {**super().validate(attrs), "pictures": attrs["pictures"]}


class EstimateView(APIView):
    """The estimate of a job. It changes nothing, so a token that can read jobs is enough."""

    read_scope = write_scope = Scope.JOBS_READ
    guest_operations = frozenset({"post"})

    @extend_schema(
        request=EstimateRequestSerializer,
        responses=EstimateReply,
        operation_id="estimates_create",
    )
    def post(self, request: Request) -> Response:
        """Estimate a job. The body is the same as for `POST /jobs/`; nothing is created."""
        body = EstimateRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        asked, owner = body.validated_data, person(request)
        names = ("photo", "spec", "pictures")
        predicted = estimate(owner=owner, **{name: asked[name] for name in names})
        return Response(_reply(predicted, room=room_of(owner)))


def _reply(predicted: Estimate, *, room: int) -> EstimateReply:
    painting = predicted.painting
    return {
        "seconds": predicted.eta,
        "painting": {"p50": round(painting.p50, 1), "p90": round(painting.p90, 1)},
        "basis": predicted.basis,
        "ahead": predicted.ahead,
        "device": predicted.device,
        # In a plan, 0 means that there is no prediction.
        "memory_mb": predicted.plan.mb or None,
        "tiles": predicted.plan.tiles,
        "room": room,
        "warnings": [{"code": each.code, "message": each.message} for each in predicted.warnings],
    }
