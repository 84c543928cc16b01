"""What a share link shows besides its pictures: their materials, and all of them as a ZIP file."""

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.negotiation import AnyAccept
from common.openapi import ARCHIVE
from gallery.access import Action, Viewer, can
from gallery.api.materials import MaterialsSerializer
from gallery.api.share_serializers import SharedFileQuerySerializer
from gallery.api.shares import ENDED, KEY, LOCKED, VisitorView
from gallery.materials import materials_of
from gallery.media_views import send_gallery

NO_RECIPE = OpenApiResponse(description="The link does not show the recipe, or no such artwork.")
NO_ARCHIVE = OpenApiResponse(description="The link names one artwork, or allows no download.")
EMPTY = OpenApiResponse(description="There is no picture in the gallery.")


class SharedMaterialsView(VisitorView):
    """What an artwork that a link shows depends on."""

    @extend_schema(
        parameters=[KEY, SharedFileQuerySerializer],
        responses={200: MaterialsSerializer, 403: LOCKED, 404: NO_RECIPE, 410: ENDED},
        tags=["public"],
    )
    def get(self, request: Request, token: str) -> Response:
        """Show what an artwork depends on, with the licenses, if the link shows its recipe."""
        link = self.open(request, token)
        artwork, viewer = self.named(request, link), Viewer(user=None, link=link)
        if not can(viewer, Action.VIEW_RECIPE, artwork):
            raise Http404
        return Response(MaterialsSerializer(materials_of(artwork, viewer)).data)


class SharedArchiveView(VisitorView):
    """The pictures of a gallery that a link shows."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[KEY],
        responses={**ARCHIVE, 403: LOCKED, 404: NO_ARCHIVE, 410: ENDED, 422: EMPTY},
        tags=["public"],
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Send all pictures as a ZIP file with their credits, in the largest size of the link."""
        link = self.open(request, token)
        if link.gallery is None:
            raise Http404
        return send_gallery(request, link.gallery, Viewer(user=None, link=link))
