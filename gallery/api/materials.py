"""The materials of an artwork as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from gallery.access import viewer_of
from gallery.materials import Materials, StyleMaterial, materials_of
from gallery.models import Artwork
from library.models import Evidence
from style_transfer.core.manifest import Card


class MaterialLicenseSerializer(serializers.Serializer[Any]):
    """A license: its id, and what it means."""

    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    meaning = serializers.CharField(help_text="In a sentence; empty if the site has none.")


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """Who found out what about the rights of a style, and where."""

    url = serializers.CharField(read_only=True, help_text="Where; empty if nowhere to open.")

    class Meta:
        model = Evidence
        fields = ["statement", "url", "picture_sha256", "recorded_by", "recorded_at"]
        read_only_fields = fields


class StyleMaterialSerializer(serializers.Serializer[StyleMaterial]):
    """A style, as it was when the picture was made."""

    title = serializers.CharField()
    artist = serializers.CharField()
    version = serializers.IntegerField()
    weight = serializers.FloatField()
    license = MaterialLicenseSerializer()
    image_sha256 = serializers.CharField(help_text="Empty if it is not known, or not yours to see.")
    source_url = serializers.CharField()
    institution = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="Its page; null if I cannot see it.")
    evidence = EvidenceSerializer(many=True)

    def get_url(self, material: StyleMaterial) -> str | None:
        """Return the address of the page."""
        if material.style is None:
            return None
        return reverse("style", kwargs={"slug": material.style.slug})


class CardSerializer(serializers.Serializer[Card]):
    """Where weights come from."""

    origin = serializers.CharField()
    date = serializers.CharField()
    command = serializers.CharField(help_text="What made them.")
    revision = serializers.CharField(help_text="The revision of the source that made them.")
    # Named like a property of the base class, which nothing reads of a nested serializer.
    data = serializers.ListField(  # type: ignore[assignment]
        child=serializers.DictField(), help_text="What they were trained with, by source."
    )


class WeightsMaterialSerializer(serializers.Serializer[Any]):
    """A file of weights."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    license = MaterialLicenseSerializer()
    card = CardSerializer(allow_null=True, help_text="Null if the file is not installed any more.")


class SoftwareMaterialSerializer(serializers.Serializer[Any]):
    """A program."""

    name = serializers.CharField()
    version = serializers.CharField(help_text="Empty if the recipe does not name it.")
    license = MaterialLicenseSerializer()
    url = serializers.CharField()


class PhotoSizeSerializer(serializers.Serializer[Any]):
    """The size of the photo in pixels. Nothing else is said about it."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()


class MaterialsSerializer(serializers.Serializer[Materials]):
    """Everything that a picture depends on."""

    photo = PhotoSizeSerializer(allow_null=True)
    styles = StyleMaterialSerializer(many=True, help_text="The one with the largest weight first.")
    weights = WeightsMaterialSerializer(many=True)
    software = SoftwareMaterialSerializer(many=True)


class MaterialsAction(GenericViewSet[Artwork]):
    """The action of an artwork that lists its materials."""

    @extend_schema(responses=MaterialsSerializer)
    @action(detail=True)
    def materials(self, request: Request, **_address: Any) -> Response:
        """Show what the artwork depends on, with the licenses; nothing if it was made elsewhere."""
        found = materials_of(self.get_object(), viewer_of(request))
        return Response(MaterialsSerializer(found).data)
