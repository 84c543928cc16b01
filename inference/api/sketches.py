"""Sketches: one small picture with the chosen styles and settings, before the job."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import PICTURE, SnapshotSerializer
from inference.api.job_request import JobRequestSerializer
from inference.live.snapshots.sketch import SketchSnapshot, sketch_snapshot
from inference.models import Sketch
from inference.services.sketches import cancel_sketch, request_sketch


class SketchSerializer(SnapshotSerializer[Sketch]):
    """Renders a sketch as its snapshot."""

    snapshot = SketchSnapshot

    def to_representation(self, instance: Sketch) -> SketchSnapshot:
        """Return the snapshot."""
        return sketch_snapshot(instance)


@answers_conditionally
class SketchViewSet(mixins.RetrieveModelMixin, mixins.DestroyModelMixin, GenericViewSet[Sketch]):
    """The sketches of the user."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE
    guest_operations = frozenset({"create", "retrieve", "destroy", "file"})
    serializer_class = SketchSerializer
    queryset = Sketch.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Sketch]:
        """Return the user's own sketches."""
        return Sketch.objects.visible_to(self.request.user)

    @extend_schema(
        request=JobRequestSerializer,
        responses={
            202: SketchSerializer,
            200: OpenApiResponse(SketchSerializer, description="It is ready."),
        },
    )
    def create(self, request: Request) -> Response:
        """Create a small preview of a photo with the styles and settings of a job.

        The body is the same as for `POST /jobs/`. The painting has about 400 x 400 pixels, the
        strokes of the result, and its own colors: an app applies `color` with `color_map`, and the
        mask. It arrives as a `sketch` event, or by polling. A user has one unfinished sketch; a new
        request cancels it, and its address then answers 404. The same request finds the same
        sketch.
        """
        body = JobRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        names = ("photo", "styles", "spec")
        sketch = request_sketch(owner=person(request), **{name: asked[name] for name in names})
        done = sketch.state == Sketch.State.SUCCEEDED
        return Response(
            SketchSerializer(sketch).data,
            status=status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("api-sketch-detail", kwargs={"pk": sketch.pk})},
        )

    def perform_destroy(self, instance: Sketch) -> None:
        """Cancel the sketch. A finished one stays until newer ones take its place."""
        cancel_sketch(sketch=instance)

    @extend_schema(responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture of the sketch."""
        return send_media(request, self.get_object().file, public=False)
