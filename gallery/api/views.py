"""Artworks: keep a result, rename it, publish it, and view what other users published."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import Anyone, person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.negotiation import AnyAccept
from common.openapi import DOWNLOAD, PICTURE, STORAGE_FULL
from common.pagination import KeysetPagination
from common.parsers import UploadParser
from common.queries import check_download, chosen
from gallery.access import Action, can, viewer_of
from gallery.api.materials import MaterialsAction
from gallery.api.permissions import OwnerChanges
from gallery.api.provenance import ProvenanceActions
from gallery.api.serializers import (
    VARIANTS,
    ArtworkSerializer,
    ArtworkUploadSerializer,
    KeepSerializer,
    LabelSerializer,
    PublicArtworkSerializer,
    PublicGalleryQuerySerializer,
    PublishSerializer,
)
from gallery.media_views import send_artwork
from gallery.models import Artwork
from gallery.revisions import developed_job, show_version
from gallery.search import ORDERS, find_artworks
from gallery.services import (
    keep_artwork,
    publish_artwork,
    unpublish_artwork,
)
from gallery.tags import label_artwork
from gallery.trash import restore, trash_artworks
from gallery.uploads import upload_artwork
from inference.api.photos import CHECKSUM, CHECKSUM_HEADER, check_sum
from inference.api.revisions import ShownSerializer, revision_named

# `retrieve` answers in one of two forms. The OpenAPI document lists both.
EITHER = PolymorphicProxySerializer(
    component_name="ArtworkDetail",
    serializers=[ArtworkSerializer, PublicArtworkSerializer],
    resource_type_field_name=None,
)


@answers_conditionally
class ArtworkViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    ProvenanceActions,
    MaterialsAction,
):
    """My artworks, newest first, and single artworks that other users published."""

    read_scope = Scope.ARTWORKS_READ
    write_scope = Scope.ARTWORKS_WRITE
    permission_classes = (OwnerChanges,)
    serializer_class = ArtworkSerializer
    queryset = Artwork.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Artwork]:
        """Return the artworks of the user. `OwnerChanges` decides about a single artwork."""
        artworks = Artwork.objects.with_parts().with_tags()
        return artworks if self.detail else artworks.owned_by(self.request.user)

    @extend_schema(request=None, responses=ArtworkSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, **address: Any) -> Response:
        """Take the artwork out of the trash, as it was. It is safe to repeat this."""
        owner = person(request)
        restore(owner=owner, artworks=[address["pk"]])
        found = get_object_or_404(Artwork.objects.with_parts().owned_by(owner), pk=address["pk"])
        return Response(ArtworkSerializer(found).data)

    @extend_schema(
        request=KeepSerializer,
        responses={
            201: ArtworkSerializer,
            200: OpenApiResponse(ArtworkSerializer, description="The result was saved before."),
            409: OpenApiResponse(description="The job has no result."),
            507: STORAGE_FULL,
        },
    )
    def create(self, request: Request) -> Response:
        """Save the result of a job as a private artwork. It is safe to repeat this."""
        body = KeepSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        # Read before `keep_artwork` makes the artwork: it decides between 200 and 201.
        kept_before = body.validated_data["job"].kept_as
        artwork = keep_artwork(**body.validated_data)
        address = reverse("api-artwork-detail", kwargs={"pk": artwork.pk})
        code = status.HTTP_200_OK if kept_before else status.HTTP_201_CREATED
        return Response(ArtworkSerializer(artwork).data, code, headers={"Location": address})

    @extend_schema(
        parameters=[CHECKSUM],
        request={"multipart/form-data": ArtworkUploadSerializer},
        responses={
            201: ArtworkSerializer,
            200: OpenApiResponse(ArtworkSerializer, description="It was uploaded before."),
            507: STORAGE_FULL,
        },
    )
    @action(detail=False, methods=["post"], parser_classes=(UploadParser,))
    def upload(self, request: Request) -> Response:
        """Upload a finished picture that was made elsewhere as a private artwork."""
        body = ArtworkUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        check_sum(body.validated_data["file"], request.headers.get(CHECKSUM_HEADER, ""))
        artwork, is_new = upload_artwork(owner=person(request), **body.validated_data)
        address = reverse("api-artwork-detail", kwargs={"pk": artwork.pk})
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ArtworkSerializer(artwork).data, code, headers={"Location": address})

    @extend_schema(responses=EITHER)
    def retrieve(self, request: Request, **_address: Any) -> Response:
        """Show an artwork: all details of my own, or the public details of another user's."""
        artwork = self.get_object()
        mine = can(viewer_of(request), Action.CHANGE, artwork)
        serializer = ArtworkSerializer if mine else PublicArtworkSerializer
        return Response(serializer(artwork).data)

    @extend_schema(request=LabelSerializer, responses=ArtworkSerializer)
    def partial_update(self, request: Request, **_address: Any) -> Response:
        """Change the title, the description for people who cannot see the picture, or the tags."""
        artwork = self.get_object()
        body = LabelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        label_artwork(artwork=artwork, **body.validated_data)
        return self._current()

    def perform_destroy(self, instance: Artwork) -> None:
        """Put the artwork in the trash, where it can be restored for some days."""
        trash_artworks(owner=instance.owner, artworks=[instance.pk])

    @extend_schema(request=PublishSerializer, responses={200: ArtworkSerializer, 507: STORAGE_FULL})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **_address: Any) -> Response:
        """Show the artwork in the public gallery, under a license that its styles allow."""
        artwork = self.get_object()
        body = PublishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        # Without a description in the request, the artwork keeps its old one.
        publish_artwork(artwork=artwork, **{"alt_text": artwork.alt_text, **body.validated_data})
        return self._current()

    @extend_schema(request=None, responses=ArtworkSerializer)
    @action(detail=True, methods=["post"])
    def unpublish(self, request: Request, **_address: Any) -> Response:
        """Remove the artwork from the public gallery. Then only I can see it."""
        unpublish_artwork(artwork=self.get_object())
        return self._current()

    @extend_schema(
        request=ShownSerializer,
        responses={
            200: ArtworkSerializer,
            409: OpenApiResponse(description="The revision is not ready, or the job is deleted."),
            507: STORAGE_FULL,
        },
    )
    @action(detail=True, methods=["put"])
    def shown(self, request: Request, **_address: Any) -> Response:
        """Choose which revision of its job the artwork shows; null shows it as painted."""
        artwork = self.get_object()
        body = ShownSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        revision = revision_named(developed_job(artwork), body.validated_data["revision"])
        show_version(artwork=artwork, revision=revision)
        return self._current()

    @extend_schema(
        parameters=[
            OpenApiParameter("variant", str, enum=list(VARIANTS), default="full"),
            *DOWNLOAD,
        ],
        responses={**PICTURE, 507: STORAGE_FULL},
    )
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture. A download can have another size and format."""
        artwork = self.get_object()
        variant = chosen(request, "variant", VARIANTS)
        check_download(request)
        return send_artwork(request, artwork, variant, viewer_of(request))

    def _current(self) -> Response:
        """Answer with the artwork as it is now."""
        return Response(ArtworkSerializer(self.get_object()).data)


class SearchPagination(KeysetPagination):
    """Pages through what a search found, in the order of the query."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the columns to sort by."""
        return ORDERS[view.query["sort"]]


@answers_conditionally
class PublicGalleryViewSet(mixins.ListModelMixin, GenericViewSet[Artwork]):
    """The artworks that users published."""

    permission_classes = (Anyone,)
    serializer_class = PublicArtworkSerializer
    pagination_class = SearchPagination
    queryset = Artwork.objects.none()

    @cached_property
    def query(self) -> dict[str, Any]:
        """The checked query, with its defaults."""
        query = PublicGalleryQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        values: dict[str, Any] = query.validated_data
        return values

    def get_queryset(self) -> QuerySet[Artwork]:
        """Return the public artworks that match the query."""
        return find_artworks(self.query).with_parts().with_tags()

    @extend_schema(parameters=[PublicGalleryQuerySerializer])
    def list(self, request: Request) -> Response:
        """Search the public gallery: by words, style, technique, license, color, tag or person."""
        return super().list(request)
