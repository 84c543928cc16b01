"""The trash: my deleted artworks and galleries, until they are restored or deleted for good."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import HasScope, person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.negotiation import AnyAccept
from common.openapi import PICTURE
from common.pagination import NewestFirstPagination
from gallery.models import Artwork, Gallery
from gallery.trash_emptying import (
    delete_trashed_artwork,
    delete_trashed_gallery,
    empty_trash_of_artworks,
    empty_trash_of_galleries,
)
from gallery.trash_views import send_trashed

GONE_AT = "When it is deleted for good, unless it is restored before."


class LastDeletedPagination(NewestFirstPagination):
    """Pages through the trash by the time of the deletion."""

    ordering = ("-trashed_at", "-id")


class TrashedArtworkSerializer(serializers.ModelSerializer[Artwork]):
    """An artwork in the trash."""

    gone_at = serializers.DateTimeField(read_only=True, help_text=GONE_AT)
    urls = serializers.SerializerMethodField(help_text="Its thumbnail, and how to restore it.")

    class Meta:
        model = Artwork
        fields = [
            *("id", "title", "alt_text", "width", "height", "bytes", "placeholder"),
            *("trashed_at", "gone_at", "urls"),
        ]
        read_only_fields = fields

    def get_urls(self, artwork: Artwork) -> dict[str, str]:
        """Return the addresses of the thumbnail and of the restoration."""
        at = {"pk": artwork.pk}
        return {
            "thumb": reverse("api-artwork-trash-file", kwargs=at),
            "restore": reverse("api-artwork-restore", kwargs=at),
        }


class TrashedGallerySerializer(serializers.ModelSerializer[Gallery]):
    """A gallery in the trash."""

    gone_at = serializers.DateTimeField(read_only=True, help_text=GONE_AT)
    urls = serializers.SerializerMethodField(help_text="How to restore it.")

    class Meta:
        model = Gallery
        fields = ["id", "title", "slug", "trashed_at", "gone_at", "urls"]
        read_only_fields = fields

    def get_urls(self, gallery: Gallery) -> dict[str, str]:
        """Return the address of the restoration."""
        return {"restore": reverse("api-gallery-restore", kwargs={"pk": gallery.pk})}


@answers_conditionally
class TrashedArtworkViewSet(
    mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[Artwork]
):
    """My deleted artworks, the last one first."""

    read_scope = Scope.ARTWORKS_READ
    write_scope = Scope.ARTWORKS_WRITE
    permission_classes = (HasScope,)
    serializer_class = TrashedArtworkSerializer
    pagination_class = LastDeletedPagination
    queryset = Artwork.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Artwork]:
        """Return the artworks in the trash of the user."""
        return Artwork.with_trash.in_trash().owned_by(self.request.user)

    def perform_destroy(self, instance: Artwork) -> None:
        """Delete the artwork and its files for good."""
        delete_trashed_artwork(artwork=instance)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"])
    def empty(self, request: Request) -> Response:
        """Delete all artworks in the trash for good."""
        empty_trash_of_artworks(owner=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the thumbnail. The other files come back when the artwork is restored."""
        return send_trashed(request, self.get_object().pk, request.user)


@answers_conditionally
class TrashedGalleryViewSet(
    mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[Gallery]
):
    """My deleted galleries, the last one first."""

    read_scope = Scope.GALLERIES_READ
    write_scope = Scope.GALLERIES_WRITE
    permission_classes = (HasScope,)
    serializer_class = TrashedGallerySerializer
    pagination_class = LastDeletedPagination
    queryset = Gallery.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Gallery]:
        """Return the galleries in the trash of the user."""
        return Gallery.with_trash.in_trash().owned_by(self.request.user)

    def perform_destroy(self, instance: Gallery) -> None:
        """Delete the gallery for good. Its artworks stay."""
        delete_trashed_gallery(gallery=instance)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"])
    def empty(self, request: Request) -> Response:
        """Delete all galleries in the trash for good."""
        empty_trash_of_galleries(owner=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
