"""Likes, and the favorites of the user."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import HasScope, person
from accounts.models import Scope
from common.conditional import answers_conditionally
from gallery.access import Action, can, viewer_of
from gallery.api.serializers import PublicArtworkSerializer
from gallery.models import Artwork, FavoriteArtwork
from gallery.reactions import favor_artwork, like_artwork, unfavor_artwork, unlike_artwork

FULL = OpenApiResponse(description="You have as many favorites as one may have.")


class LikesSerializer(serializers.Serializer[Any]):
    """How many users like an artwork."""

    likes = serializers.IntegerField(read_only=True)


class LikeView(APIView):
    """The like of the user for one published artwork."""

    permission_classes = (HasScope,)
    write_scope = Scope.FAVORITES_WRITE

    @extend_schema(request=None, responses=LikesSerializer, tags=["likes"])
    def put(self, request: Request, pk: UUID) -> Response:
        """Like an artwork of another user. It is safe to repeat this."""
        likes = like_artwork(person=person(request), artwork=_visible(request, pk))
        return Response({"likes": likes})

    @extend_schema(request=None, responses={204: None}, tags=["likes"])
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take my like back, also of what I do not see any more. It is safe to repeat this."""
        unlike_artwork(person=person(request), artwork=Artwork(pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


@answers_conditionally
class FavoriteArtworkViewSet(GenericViewSet[Any]):
    """The artworks among my favorites, the last added first."""

    permission_classes = (HasScope,)
    read_scope = Scope.FAVORITES_READ
    write_scope = Scope.FAVORITES_WRITE
    serializer_class = PublicArtworkSerializer
    queryset = Artwork.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """Return my favorites that I can see now."""
        mine = FavoriteArtwork.objects.filter(owner=self.request.user.pk)
        seen = mine.visible_to(self.request.user).with_artworks()
        return seen.prefetch_related("artwork__tags")

    @extend_schema(responses=PublicArtworkSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List the artworks among my favorites. One that is not public any more is left out."""
        rows: list[Any] = self.paginate_queryset(self.get_queryset()) or []
        shown = PublicArtworkSerializer([row.artwork for row in rows], many=True)
        return self.get_paginated_response(shown.data)

    @extend_schema(request=None, responses={204: None, 409: FULL})
    def update(self, request: Request, pk: UUID) -> Response:
        """Put an artwork among my favorites. It is safe to repeat this."""
        favor_artwork(person=person(request), artwork=_visible(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take an artwork out of my favorites, seen or not. It is safe to repeat this."""
        unfavor_artwork(person=person(request), artwork=Artwork(pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _visible(request: Request, pk: UUID) -> Artwork:
    """Return an artwork that the user sees. Raises Http404, also for one that is not there."""
    artwork = get_object_or_404(Artwork.objects.all(), pk=pk)
    if not can(viewer_of(request), Action.VIEW, artwork):
        raise Http404
    return artwork
