"""Developing my pictures: the parts to compose one from, its revisions, and which one is shown."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.models import Scope
from common.conditional import answers_conditionally
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import PICTURE
from common.problems import Problem
from inference.models import Job, Revision
from inference.services.revisions import (
    as_painted,
    delete_revision,
    make_revision,
    show_revision,
)
from style_transfer.core.development import STRENGTH, Development
from style_transfer.core.spec import Color

COLORS = [(color.value, color.value) for color in Color]
COLOR_HELP = "style: the painting's own; content: the photo's; match: in between."


class ErrorSerializer(serializers.Serializer[Any]):
    """Why a revision failed and what to do."""

    code = serializers.CharField()
    hint = serializers.CharField()


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    """One version of a picture."""

    is_shown = serializers.SerializerMethodField(help_text="Whether the job shows it.")
    error = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField(help_text="Where the picture is, once it is ready.")

    class Meta:
        model = Revision
        fields = [
            *("id", "state", "strength", "color", "width", "height", "bytes", "is_shown"),
            *("error", "url", "created_at", "completed_at"),
        ]
        read_only_fields = fields

    def get_is_shown(self, revision: Revision) -> bool:
        """Return whether the job shows this revision."""
        return revision.job.shown_id == revision.pk

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, revision: Revision) -> dict[str, str] | None:
        """Return why it failed."""
        if not revision.error_code:
            return None
        return {"code": revision.error_code, "hint": revision.error_hint}

    def get_url(self, revision: Revision) -> str | None:
        """Return the address of its picture."""
        if not revision.is_ready:
            return None
        return reverse("api-revision-file", kwargs={"job": revision.job_id, "pk": revision.pk})


class DevelopmentRequestSerializer(serializers.Serializer[Revision]):
    """How to develop the picture."""

    strength = serializers.FloatField(
        min_value=STRENGTH.low,
        max_value=STRENGTH.high,
        help_text="From the photo, 0, to the painting as it was made, 1. Two decimals count.",
    )
    color = serializers.ChoiceField(COLORS, help_text=COLOR_HELP)


class ColorMapSerializer(serializers.Serializer[Any]):
    """The linear map of colors, red, green and blue in [0, 1], that `match` begins with."""

    matrix = serializers.ListField(
        child=serializers.FloatField(), read_only=True, help_text="Nine numbers, row by row."
    )
    offset = serializers.ListField(
        child=serializers.FloatField(), read_only=True, help_text="Three numbers."
    )


class JobDevelopmentSerializer(serializers.Serializer[Job]):
    """What a picture can be developed from, and what is shown now."""

    painting = serializers.SerializerMethodField(help_text="The painting in its own colors.")
    photo = serializers.SerializerMethodField(help_text="The photo; scale it to the painting.")
    width = serializers.IntegerField(source="result_width")
    height = serializers.IntegerField(source="result_height")
    color_map = serializers.SerializerMethodField(
        help_text="Null for an old picture, whose parts were not kept."
    )
    mask = serializers.SerializerMethodField(
        help_text="How much of the painting is shown at each place: a gray picture in the size of "
        "the painting, in which black is the photo; null if all of it is shown."
    )
    revision = serializers.UUIDField(
        source="shown_id", allow_null=True, help_text="The revision shown; null for none."
    )
    strength = serializers.SerializerMethodField(help_text="The strength of what is shown.")
    color = serializers.SerializerMethodField(help_text="The colors of what is shown.")

    def get_painting(self, job: Job) -> str:
        """Return the address of the painting."""
        return f"{reverse('api-job-file', kwargs={'pk': job.pk})}?variant=painting"

    def get_photo(self, job: Job) -> str:
        """Return the address of the photo."""
        return reverse("api-photo-file", kwargs={"pk": job.photo_id})

    @extend_schema_field(ColorMapSerializer(allow_null=True))
    def get_color_map(self, job: Job) -> dict[str, list[float]] | None:
        """Return the numbers of the color map."""
        return job.color_map or None

    def get_mask(self, job: Job) -> str | None:
        """Return the address of the mask."""
        if not job.fitted_mask:
            return None
        return f"{reverse('api-job-file', kwargs={'pk': job.pk})}?variant=mask"

    def get_strength(self, job: Job) -> float:
        """Return the strength of what is shown."""
        return job.shown.strength if job.shown else 1.0

    def get_color(self, job: Job) -> str:
        """Return the colors of what is shown."""
        return job.shown.color if job.shown else str(as_painted(job)["color"])


class ShownSerializer(serializers.Serializer[Job]):
    """Which revision to show."""

    revision = serializers.UUIDField(
        allow_null=True, help_text="The id of a revision that is ready; null shows it as painted."
    )


def own_job(request: Request, pk: UUID) -> Job:
    """Return a job of the user with its parts. Raises Http404."""
    return get_object_or_404(Job.objects.visible_to(request.user).with_parts(), pk=pk)


def revision_named(job: Job, pk: UUID | None) -> Revision | None:
    """Find a revision of `job` by the id in a request. Raises the problem of an unknown one."""
    if pk is None:
        return None
    found = Revision.objects.filter(job=job, pk=pk).first()
    if found is None:
        raise Problem.of_field(
            "revision", "unknown_revision", _("The picture has no such version.")
        )
    return found


@answers_conditionally
class DevelopmentView(APIView):
    """How a finished picture can be developed, and which version of it is shown."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE

    @extend_schema(responses=JobDevelopmentSerializer, tags=["jobs"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Show what the picture can be developed from, so that an app can preview it."""
        return Response(JobDevelopmentSerializer(own_job(request, pk)).data)

    @extend_schema(
        request=ShownSerializer,
        responses={
            200: JobDevelopmentSerializer,
            409: OpenApiResponse(description="The revision is not ready."),
        },
        tags=["jobs"],
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Choose which version the job shows. The others stay, so this can be undone."""
        job = own_job(request, pk)
        body = ShownSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        revision = revision_named(job, body.validated_data["revision"])
        return Response(JobDevelopmentSerializer(show_revision(job=job, revision=revision)).data)


@extend_schema_view(
    destroy=extend_schema(
        responses={204: None, 409: OpenApiResponse(description="A saved picture shows it.")}
    )
)
@answers_conditionally
class RevisionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Revision],
):
    """The revisions of one of my pictures, newest first."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE
    serializer_class = RevisionSerializer
    queryset = Revision.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Revision]:
        """Return the revisions of the job in the address."""
        job = own_job(self.request, self.kwargs["job"])
        return Revision.objects.filter(job=job).select_related("job")

    @extend_schema(
        request=DevelopmentRequestSerializer,
        responses={
            202: RevisionSerializer,
            200: OpenApiResponse(RevisionSerializer, description="It exists already."),
            409: OpenApiResponse(description="The picture cannot be developed."),
        },
    )
    def create(self, request: Request, **address: Any) -> Response:
        """Develop the picture again in full size. The job shows it when it is ready.

        The same settings give the same revision, so this is safe to repeat.
        """
        job = own_job(request, address["job"])
        body = DevelopmentRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        revision, is_new = make_revision(job=job, development=Development(**body.validated_data))
        where = reverse("api-revision-detail", kwargs={"job": job.pk, "pk": revision.pk})
        revision = self.get_queryset().get(pk=revision.pk)
        return Response(
            RevisionSerializer(revision).data,
            status=status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK,
            headers={"Location": where},
        )

    def perform_destroy(self, instance: Revision) -> None:
        """Delete the revision, unless an artwork shows it. A job that shows it does so no more."""
        delete_revision(revision=instance)

    @extend_schema(responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture of the revision."""
        return send_media(request, self.get_object().file, public=False)
