"""Galleries: my own, their artworks in order, and those that other users published."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
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
from accounts.models import Scope, User
from common.conditional import answers_conditionally
from common.negotiation import AnyAccept
from common.openapi import ARCHIVE
from common.pagination import NewestFirstPagination, NewestPublishedPagination
from gallery.access import Action, can, viewer_of
from gallery.api.gallery_serializers import (
    AddItemsSerializer,
    ArrangeSerializer,
    GalleryChangeSerializer,
    GallerySerializer,
    NewGallerySerializer,
    PersonQuerySerializer,
    PublicGallerySerializer,
)
from gallery.api.permissions import OwnerChanges
from gallery.api.serializers import PublicArtworkSerializer
from gallery.galleries import (
    add_to_gallery,
    arrange_gallery,
    change_gallery,
    create_gallery,
)
from gallery.media_views import send_gallery
from gallery.models import Gallery, GalleryItem
from gallery.trash import restore, trash_gallery

# `retrieve` answers in one of two forms. The OpenAPI document lists both.
EITHER = PolymorphicProxySerializer(
    component_name="GalleryDetail",
    serializers=[GallerySerializer, PublicGallerySerializer],
    resource_type_field_name=None,
)
CONFLICT = OpenApiResponse(description="The artworks were changed since this version.")


class InOrderPagination(NewestFirstPagination):
    """Pages through the artworks of a gallery in their order."""

    ordering = ("position", "id")


@answers_conditionally
class GalleryViewSet(
    mixins.ListModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Gallery],
):
    """My galleries, newest first, and single galleries that other users published."""

    read_scope = Scope.GALLERIES_READ
    write_scope = Scope.GALLERIES_WRITE
    permission_classes = (OwnerChanges,)
    serializer_class = GallerySerializer
    queryset = Gallery.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Gallery]:
        """Return the galleries of the user. `OwnerChanges` decides about a single gallery."""
        galleries = Gallery.objects.select_related("owner")
        if self.detail:
            return galleries
        return galleries.owned_by(self.request.user).with_summary(public_only=False)

    @extend_schema(
        request=NewGallerySerializer,
        responses={
            201: GallerySerializer,
            409: OpenApiResponse(description="You have as many galleries as one may have."),
        },
    )
    def create(self, request: Request) -> Response:
        """Create an empty gallery. Only I see it, unless the request says that it is public."""
        body = NewGallerySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        gallery = create_gallery(owner=person(request), **body.validated_data)
        address = reverse("api-gallery-detail", kwargs={"pk": gallery.pk})
        return _shown(request, gallery, status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(responses=EITHER)
    def retrieve(self, request: Request, **_address: Any) -> Response:
        """Show a gallery: all details of my own, or the public details of another user's."""
        return _shown(request, self.get_object())

    @extend_schema(request=GalleryChangeSerializer, responses=GallerySerializer)
    def partial_update(self, request: Request, **_address: Any) -> Response:
        """Change the title, the text, the layout, the cover, or who sees the gallery."""
        gallery = self.get_object()
        body = GalleryChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        change_gallery(gallery=gallery, **body.validated_data)
        return _shown(request, gallery)

    def perform_destroy(self, instance: Gallery) -> None:
        """Put the gallery in the trash, where it can be restored for some days."""
        trash_gallery(gallery=instance)

    @extend_schema(request=None, responses=GallerySerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, **address: Any) -> Response:
        """Take the gallery out of the trash, as it was. It is safe to repeat this."""
        owner = person(request)
        restore(owner=owner, galleries=[address["pk"]])
        mine = Gallery.objects.select_related("owner").owned_by(owner)
        return _shown(request, get_object_or_404(mine, pk=address["pk"]))

    @extend_schema(responses=PublicArtworkSerializer(many=True))
    @action(detail=True, pagination_class=InOrderPagination)
    def items(self, request: Request, **_address: Any) -> Response:
        """List the artworks in their order. Others see only those that are public."""
        # The queryset of the view has galleries, and this one their items.
        found: Any = visible_items(request, self.get_object())
        rows: list[Any] = self.paginate_queryset(found) or []
        shown = PublicArtworkSerializer([row.artwork for row in rows], many=True)
        return self.get_paginated_response(shown.data)

    @extend_schema(responses=ARCHIVE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def archive(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the artworks as a ZIP file with their credits. Others get those that are public."""
        return send_gallery(request, self.get_object(), viewer_of(request))

    @extend_schema(request=ArrangeSerializer, responses={200: GallerySerializer, 409: CONFLICT})
    @items.mapping.put
    def arrange(self, request: Request, **_address: Any) -> Response:
        """Make these artworks the content of the gallery, in this order."""
        gallery = self.get_object()
        body = ArrangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return _shown(request, arrange_gallery(gallery=gallery, **body.validated_data))

    @extend_schema(request=AddItemsSerializer, responses={200: GallerySerializer, 409: CONFLICT})
    @items.mapping.post
    def add(self, request: Request, **_address: Any) -> Response:
        """Put artworks at the end of the gallery. It is safe to repeat this."""
        gallery = self.get_object()
        body = AddItemsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        add_to_gallery(gallery=gallery, **body.validated_data)
        return _shown(request, gallery)


def visible_items(request: Any, gallery: Gallery) -> QuerySet[GalleryItem]:
    """Return the items that the client may see: the owner all of them, others the public ones."""
    items = gallery.items.with_artworks().prefetch_related("artwork__tags")
    return items if can(viewer_of(request), Action.CHANGE, gallery) else items.public()


def _shown(request: Request, gallery: Gallery, code: int = 200, **options: Any) -> Response:
    """Answer with the gallery as this client sees it now."""
    mine = can(viewer_of(request), Action.CHANGE, gallery)
    row = Gallery.objects.select_related("owner").with_summary(public_only=not mine)
    serializer = GallerySerializer if mine else PublicGallerySerializer
    # A gallery that was deleted at the same time is gone.
    return Response(serializer(get_object_or_404(row, pk=gallery.pk)).data, code, **options)


@answers_conditionally
class PublicGalleriesViewSet(mixins.ListModelMixin, GenericViewSet[Gallery]):
    """The galleries that users published, newest first."""

    permission_classes = (Anyone,)
    serializer_class = PublicGallerySerializer
    pagination_class = NewestPublishedPagination
    queryset = Gallery.objects.none()

    def get_queryset(self) -> QuerySet[Gallery]:
        """Return all public galleries with something in them, or only those of one person."""
        query = PersonQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        galleries = Gallery.objects.public().select_related("owner")
        if name := query.validated_data.get("person"):
            galleries = galleries.filter(owner__in=User.objects.named(name))
        return galleries.with_summary(public_only=True).not_empty()

    @extend_schema(parameters=[PersonQuerySerializer])
    def list(self, request: Request) -> Response:
        """List the public galleries."""
        return super().list(request)
