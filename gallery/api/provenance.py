"""Where an artwork comes from, and archives of artworks with their credits."""

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.models import Scope
from common.fields import BoundedListField
from common.negotiation import AnyAccept
from common.openapi import ARCHIVE
from gallery.access import viewer_of
from gallery.archives import MAX_PICTURES, send_artworks
from gallery.credits import works_of
from gallery.galleries import UnknownArtwork
from gallery.models import Artwork
from library.credits import credit_forms


class WorkSerializer(serializers.Serializer[Any]):
    """What a credit says about one work."""

    title = serializers.CharField()
    creator = serializers.CharField()
    license = serializers.CharField(help_text="Its name; empty if there is none.")
    license_url = serializers.CharField()
    source_url = serializers.CharField()
    holder = serializers.CharField()
    wording = serializers.CharField(help_text="The credit that its owner asks for, word for word.")


class CreditsSerializer(serializers.Serializer[Any]):
    """The credit of an artwork to copy, and the facts that it is made of."""

    text = serializers.CharField()
    html = serializers.CharField()
    markdown = serializers.CharField()
    works = WorkSerializer(many=True, help_text="The artwork first, then its styles.")


class ArchiveSerializer(serializers.Serializer[Any]):
    """Artworks of mine to download together."""

    artworks = BoundedListField(
        child=serializers.UUIDField(),
        max_length=MAX_PICTURES,
        help_text="The ZIP file has them in this order.",
    )


class ProvenanceActions(GenericViewSet[Artwork]):
    """The actions of an artwork that say where it comes from."""

    write_scope: ClassVar[Scope] = Scope.ARTWORKS_WRITE

    @extend_schema(responses=CreditsSerializer)
    @action(detail=True)
    def credits(self, request: Request, **_address: Any) -> Response:
        """Show the credit of the artwork and its styles as text, HTML and Markdown."""
        artwork = self.get_object()
        page = reverse("artwork", kwargs={"pk": artwork.pk}, request=request)
        works = works_of(artwork, page=page if artwork.is_public else "")
        return Response(CreditsSerializer({**credit_forms(works), "works": works}).data)

    @extend_schema(request=ArchiveSerializer, responses=ARCHIVE)
    @action(
        detail=False,
        methods=["post"],
        content_negotiation_class=AnyAccept,
        # Nothing is written: the ids are in the body because an address cannot hold so many.
        write_scope=Scope.ARTWORKS_READ,
    )
    def archive(self, request: Request) -> HttpResponseBase:
        """Send artworks of mine as a ZIP file with their credits."""
        body = ArchiveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = list(dict.fromkeys(body.validated_data["artworks"]))
        found = Artwork.objects.with_parts().owned_by(request.user).in_bulk(ids)
        if len(found) < len(ids):
            raise UnknownArtwork("artworks")
        return send_artworks(request, [found[each] for each in ids], viewer_of(request), title="")
