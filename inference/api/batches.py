"""My batches: several photos in several styles, submitted, watched and canceled as one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.fields import BoundedListField
from common.openapi import SnapshotSerializer
from common.problems import Problem
from inference.api.job_request import SpecField, spec_of
from inference.api.jobs import KEY, job_id_of_key
from inference.live.snapshots.batch import BatchSnapshot, batch_snapshot
from inference.models import Batch, Photo
from inference.services.batches import MAX_JOBS, cancel_batch, submit_batch
from library.api.serializers import style_unavailable
from library.models import MAX_SLUG, Style
from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS


class BatchRequestSerializer(serializers.Serializer[Batch]):
    """What to paint: photos, styles for each of them, a method and its controls."""

    photos = BoundedListField(
        child=serializers.UUIDField(),
        min_length=1,
        max_length=MAX_JOBS,
        help_text="Ids of my photos.",
    )
    styles = BoundedListField(
        child=serializers.SlugField(max_length=MAX_SLUG),
        min_length=1,
        max_length=MAX_JOBS,
        help_text=f"Slugs; photos × styles are at most {MAX_JOBS}.",
    )
    method = serializers.ChoiceField(
        tuple(METHOD_INFOS),
        required=False,
        help_text=f"See /methods/; `{DEFAULT_METHOD}` if left out.",
    )
    spec = SpecField(default=dict)

    def validate_photos(self, ids: list[UUID]) -> list[Photo]:
        """Find the user's own photos; the photo of another user is as unknown as none."""
        mine = Photo.objects.visible_to(self.context["request"].user).in_bulk(ids)
        for index, key in enumerate(ids):
            if key not in mine:
                detail = _("This photo does not exist, or it is not yours.")
                raise Problem.of_field(f"photos.{index}", "unknown_photo", detail)
        # In the order of the request; `in_bulk` has none.
        return [mine[key] for key in ids]

    def validate_styles(self, slugs: list[str]) -> list[Style]:
        """Find the styles among those that the user may see."""
        # One query for all slugs, however many a batch has.
        seen = Style.objects.visible_to(self.context["request"].user).filter(slug__in=slugs)
        found = {style.slug: style for style in seen}
        for index, slug in enumerate(slugs):
            if slug not in found:
                raise style_unavailable(f"styles.{index}", slug)
        return [found[slug] for slug in slugs]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Build the spec."""
        return {"photos": attrs["photos"], "styles": attrs["styles"], "spec": spec_of(attrs)}


class BatchSerializer(SnapshotSerializer[Batch]):
    """Renders a batch as its snapshot."""

    snapshot = BatchSnapshot

    def to_representation(self, instance: Batch) -> BatchSnapshot:
        """Return the snapshot."""
        return batch_snapshot(instance)


@answers_conditionally
class BatchViewSet(mixins.RetrieveModelMixin, GenericViewSet[Batch]):
    """The batches of the user."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE
    serializer_class = BatchSerializer
    queryset = Batch.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Batch]:
        """Return the user's own batches."""
        return Batch.objects.visible_to(self.request.user)

    @extend_schema(
        parameters=[KEY],
        request=BatchRequestSerializer,
        responses={
            201: BatchSerializer,
            200: OpenApiResponse(BatchSerializer, description="The batch exists already."),
        },
    )
    def create(self, request: Request) -> Response:
        """Create a job for each photo and style. Either all jobs are created or none."""
        body = BatchRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        batch, created = submit_batch(
            owner=person(request), batch_id=job_id_of_key(request), **body.validated_data
        )
        return Response(
            BatchSerializer(batch).data,
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api-batch-detail", kwargs={"pk": batch.pk})},
        )

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_address: Any) -> Response:
        """Cancel the waiting and running jobs. Finished jobs stay. It is safe to repeat."""
        del request
        return Response(BatchSerializer(cancel_batch(batch=self.get_object())).data)
