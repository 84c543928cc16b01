"""Share links: my own, and what visitors with a link get."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import Anyone
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.derivatives import SUFFIXES
from common.negotiation import AnyAccept
from common.openapi import PICTURE, STORAGE_FULL
from common.problems import Problem
from common.queries import chosen
from gallery.access import Action, Viewer, can
from gallery.api.galleries import InOrderPagination
from gallery.api.share_serializers import (
    SHARED_VARIANTS,
    NewShareSerializer,
    ShareChangeSerializer,
    SharedArtworkSerializer,
    SharedFileQuerySerializer,
    SharedSerializer,
    ShareKeySerializer,
    ShareLinkSerializer,
    UnlockSerializer,
)
from gallery.media_views import send_artwork
from gallery.models import Artwork, ShareLink
from gallery.shares import change_link, count_visit, create_link, revoke_link
from gallery.visitors import KEY_SECONDS, find_link, items_for_visitors, open_link, unlock_link

KEY_HEADER: Final = "Share-Key"
KEY: Final = OpenApiParameter(
    KEY_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="What `unlock/` answered, for a link with a password.",
)
WRONG: Final = OpenApiResponse(description="The password is wrong.")
LOCKED: Final = OpenApiResponse(description="The link has a password.")
ENDED: Final = OpenApiResponse(description="The link has expired or was revoked.")


@answers_conditionally
class ShareLinkViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[ShareLink],
):
    """My share links, newest first. Those that expired can be prolonged."""

    read_scope = Scope.SHARES_READ
    write_scope = Scope.SHARES_WRITE
    serializer_class = ShareLinkSerializer
    queryset = ShareLink.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[ShareLink]:
        """Return the links of the user."""
        return ShareLink.objects.owned_by(self.request.user).with_things()

    @extend_schema(
        request=NewShareSerializer,
        responses={
            201: ShareLinkSerializer,
            409: OpenApiResponse(description="You have as many links as one may have."),
        },
    )
    def create(self, request: Request) -> Response:
        """Create a link to one of my artworks or galleries. Everyone who has it can open it."""
        body = NewShareSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        link = create_link(**body.validated_data)
        address = reverse("api-share-detail", kwargs={"pk": link.pk})
        shown = ShareLinkSerializer(link).data
        return Response(shown, status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=ShareChangeSerializer, responses=ShareLinkSerializer)
    def partial_update(self, request: Request, **_address: Any) -> Response:
        """Change what visitors may see and do, the password, or the end."""
        link = self.get_object()
        body = ShareChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        change_link(link=link, **body.validated_data)
        return Response(ShareLinkSerializer(self.get_object()).data)

    def perform_destroy(self, instance: ShareLink) -> None:
        """Revoke the link. It does not work from the next request on."""
        revoke_link(link=instance)


class VisitorView(GenericAPIView[Any]):
    """What visitors with a link get. No cache may keep it, because the link can be revoked."""

    permission_classes = (Anyone,)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Set the headers of every answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    def open(self, request: Request, token: str) -> ShareLink:
        """Return the link. Raises Http404, `LinkEnded` or `LinkLocked`."""
        key = request.headers.get(KEY_HEADER, "")
        return open_link(token=token, user=request.user, key=key)

    def named(self, request: Request, link: ShareLink) -> Artwork:
        """Return the artwork that the query names, or the only one of the link.

        Raises Http404 for what the link does not show.
        """
        query = SharedFileQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        pk = query.validated_data.get("artwork", link.artwork_id)
        if pk is None:
            raise Problem.of_field("artwork", "one_thing", _("Name one of the artworks."))
        artwork = get_object_or_404(Artwork.objects.with_parts(), pk=pk)
        if not can(Viewer(user=None, link=link), Action.VIEW, artwork):
            raise Http404
        return artwork


class SharedView(VisitorView):
    """What a link names."""

    @extend_schema(
        parameters=[KEY],
        responses={200: SharedSerializer, 403: LOCKED, 410: ENDED},
        tags=["public"],
    )
    def get(self, request: Request, token: str) -> Response:
        """Show what the link is about. This counts as a visit, unless the link is my own."""
        link = self.open(request, token)
        if not can(Viewer(user=None, link=link), Action.VIEW, link.thing):
            raise Http404
        if request.user != link.owner:
            count_visit(link=link)
        return Response(SharedSerializer(link).data)


class SharedItemsView(VisitorView):
    """The artworks that a link shows."""

    serializer_class = SharedArtworkSerializer
    pagination_class = InOrderPagination

    @extend_schema(
        operation_id="public_shares_items_list",
        parameters=[KEY],
        responses={200: SharedArtworkSerializer(many=True), 403: LOCKED, 410: ENDED},
        tags=["public"],
    )
    def get(self, request: Request, token: str) -> Response:
        """List the artworks of the gallery in their order, or the one artwork of the link."""
        link = self.open(request, token)
        viewer = Viewer(user=None, link=link)
        if not can(viewer, Action.VIEW, link.thing):
            raise Http404
        if link.gallery:
            items: Any = items_for_visitors(link.gallery).with_artworks()
            shown = [each.artwork for each in self.paginate_queryset(items) or []]
            rows = SharedArtworkSerializer(shown, many=True, context={"link": link})
            return self.get_paginated_response(rows.data)
        artworks = Artwork.objects.with_parts().filter(pk=link.thing.pk)
        rows = SharedArtworkSerializer(artworks, many=True, context={"link": link})
        return Response({"next": None, "previous": None, "results": rows.data})


class SharedFileView(VisitorView):
    """The pictures that a link shows."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[
            KEY,
            SharedFileQuerySerializer,
            OpenApiParameter("variant", str, enum=list(SHARED_VARIANTS), default="full"),
            OpenApiParameter(
                "download", bool, description="Send it as a download with a file name."
            ),
            OpenApiParameter(
                "format", str, enum=list(SUFFIXES), description="File format; only with `download`."
            ),
        ],
        responses={**PICTURE, 403: LOCKED, 410: ENDED, 507: STORAGE_FULL},
        tags=["public"],
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Send a picture, as far as the link allows it."""
        link = self.open(request, token)
        variant = chosen(request, "variant", SHARED_VARIANTS)
        if "format" in request.query_params:
            chosen(request, "format", tuple(SUFFIXES))
        artwork = self.named(request, link)
        return send_artwork(request, artwork, variant, Viewer(user=None, link=link))


class SharedUnlockView(VisitorView):
    """The password of a link."""

    @extend_schema(
        request=UnlockSerializer,
        responses={200: ShareKeySerializer, 403: WRONG, 410: ENDED},
        tags=["public"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Return a key for the header Share-Key, if the password is right."""
        link = find_link(token)
        body = UnlockSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        key = unlock_link(link=link, request=request, **body.validated_data)
        return Response({"key": key, "expires_in": KEY_SECONDS})
