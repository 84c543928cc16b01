"""Proof sheets: many styles on one photo, small, before the user chooses."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
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
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import PICTURE, SnapshotSerializer
from common.problems import Problem, not_found
from inference.live.snapshots.sheet import ProofSheetSnapshot, proof_snapshot
from inference.models import Photo, ProofSheet
from inference.queue.sheets import tiles_of
from inference.services.proofs import cancel_proofs, request_proofs
from library.api.serializers import style_unavailable
from library.models import MAX_SLUG, Style


class ProofSheetSerializer(SnapshotSerializer[ProofSheet]):
    """Renders a proof sheet as its snapshot."""

    snapshot = ProofSheetSnapshot

    def to_representation(self, instance: ProofSheet) -> ProofSheetSnapshot:
        """Return the snapshot."""
        return proof_snapshot(instance)


# A sheet of all published styles names none of them.
MAX_STYLES_OF_SHEET = 500


class ProofRequestSerializer(serializers.Serializer[ProofSheet]):
    """Which photo and which styles; all of the library and my own if none is named."""

    photo = serializers.UUIDField(help_text="The id of one of my photos.")
    styles = BoundedListField(
        child=serializers.SlugField(max_length=MAX_SLUG),
        max_length=MAX_STYLES_OF_SHEET,
        required=False,
        help_text="Slugs of styles; if left out, the whole library and my own styles.",
    )

    def validate_photo(self, value: UUID) -> Photo:
        """Find the user's own photo; the photo of another user is as unknown as none."""
        photo = Photo.objects.visible_to(self.context["request"].user).filter(pk=value).first()
        if photo is None:
            detail = _("This photo does not exist, or it is not yours.")
            raise Problem.of_field("photo", "unknown_photo", detail)
        return photo

    def validate_styles(self, slugs: list[str]) -> list[Style]:
        """Find the styles, mine too; raises the problem of the first unknown one."""
        usable = Style.objects.paintable_by(self.context["request"].user.pk)
        found = {style.slug: style for style in usable.filter(slug__in=slugs)}
        for index, slug in enumerate(slugs):
            if slug not in found:
                raise style_unavailable(f"styles.{index}", slug)
        return list(found.values())


class TileQuerySerializer(serializers.Serializer[ProofSheet]):
    """Which tile of a sheet to send."""

    style = serializers.SlugField(  # type: ignore[assignment]  # shadows a rendering option
        help_text="The slug of one of its styles."
    )


@answers_conditionally
class ProofViewSet(mixins.RetrieveModelMixin, GenericViewSet[ProofSheet]):
    """The proof sheets of the user."""

    read_scope = Scope.JOBS_READ
    write_scope = Scope.JOBS_WRITE
    guest_operations = frozenset({"create", "retrieve", "cancel", "file"})
    serializer_class = ProofSheetSerializer
    queryset = ProofSheet.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[ProofSheet]:
        """Return the user's own sheets."""
        return ProofSheet.objects.visible_to(self.request.user)

    @extend_schema(
        request=ProofRequestSerializer,
        responses={
            202: ProofSheetSerializer,
            200: OpenApiResponse(ProofSheetSerializer, description="Every tile is ready."),
        },
    )
    def create(self, request: Request) -> Response:
        """Create small previews of a photo in several styles.

        Tiles arrive as `proof.tile` events, or by polling. A user has one unfinished sheet: a
        request for other styles or another photo replaces it. Existing tiles are ready at once.
        """
        body = ProofRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        sheet = request_proofs(owner=person(request), **body.validated_data)
        # 202 rather than 201: the sheet exists, but its tiles are still to be painted.
        done = sheet.state == ProofSheet.State.SUCCEEDED
        return Response(
            ProofSheetSerializer(sheet).data,
            status=status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("api-proof-detail", kwargs={"pk": sheet.pk})},
        )

    @extend_schema(request=None, responses=ProofSheetSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_address: Any) -> Response:
        """Cancel the sheet. Finished tiles stay. It is safe to repeat."""
        del request
        return Response(ProofSheetSerializer(cancel_proofs(sheet=self.get_object())).data)

    @extend_schema(parameters=[TileQuerySerializer], responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the tile of one style."""
        query = TileQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        slug = query.validated_data["style"]
        # The slug alone would also find tiles of other photos.
        tile = tiles_of(self.get_object()).filter(style__slug=slug).first()
        if tile is None:
            raise not_found()
        return send_media(request, tile.file, public=False)
