"""The favorite styles of the user."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import HasScope, person
from accounts.models import Scope
from common.conditional import answers_conditionally
from library.api.serializers import StyleSerializer
from library.favorites import favor_style, unfavor_style
from library.models import FavoriteStyle, Style

FULL = OpenApiResponse(description="You have as many favorites as one may have.")


@answers_conditionally
class FavoriteStyleViewSet(GenericViewSet[Any]):
    """The styles among my favorites, the last added first."""

    permission_classes = (HasScope,)
    read_scope = Scope.FAVORITES_READ
    write_scope = Scope.FAVORITES_WRITE
    serializer_class = StyleSerializer
    queryset = Style.objects.none()
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """Return my favorites that I can see now."""
        mine = FavoriteStyle.objects.filter(owner=self.request.user.pk)
        return mine.visible_to(self.request.user).with_styles()

    @extend_schema(responses=StyleSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List the styles among my favorites. One that was withdrawn is left out."""
        rows: list[Any] = self.paginate_queryset(self.get_queryset()) or []
        shown = StyleSerializer([row.style for row in rows], many=True)
        return self.get_paginated_response(shown.data)

    @extend_schema(request=None, responses={204: None, 409: FULL})
    def update(self, request: Request, slug: str) -> Response:
        """Put a style among my favorites. It is safe to repeat this."""
        style = get_object_or_404(Style.objects.visible_to(request.user), slug=slug)
        favor_style(person=person(request), style=style)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Take a style out of my favorites, seen or not. It is safe to repeat this."""
        unfavor_style(person=person(request), slug=slug)
        return Response(status=status.HTTP_204_NO_CONTENT)
