"""Galleries and people as the API accepts and shows them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.reverse import reverse

from common.fields import BoundedListField
from gallery.galleries import MAX_ITEMS
from gallery.models import Artwork, Gallery

LARGEST_VERSION = 2_147_483_647


class PublicGallerySerializer(serializers.ModelSerializer[Gallery]):
    """A published gallery as everybody sees it."""

    by = serializers.CharField(source="owner.public_name", read_only=True)
    person = serializers.CharField(
        source="owner.username", read_only=True, help_text="The name in the address of the owner."
    )
    size = serializers.IntegerField(read_only=True, help_text="How many artworks are shown.")
    cover = serializers.UUIDField(
        source="face",
        read_only=True,
        allow_null=True,
        help_text="The artwork that stands for the gallery; null in an empty one.",
    )
    urls = serializers.SerializerMethodField(help_text="Its page, and its artworks in order.")

    class Meta:
        model = Gallery
        fields = [
            *("id", "title", "slug", "text", "by", "person", "layout", "size", "cover"),
            *("published_at", "urls"),
        ]
        read_only_fields = fields

    def get_urls(self, gallery: Gallery) -> dict[str, str]:
        """Return the addresses of the page and of the list of artworks."""
        items = reverse("api-gallery-items", kwargs={"pk": gallery.pk})
        return {"page": gallery.get_absolute_url(), "items": items}


class GallerySerializer(PublicGallerySerializer):
    """One of my galleries, with details that only I see."""

    class Meta(PublicGallerySerializer.Meta):
        fields = [
            *PublicGallerySerializer.Meta.fields,
            *("visibility", "moderation", "version", "created_at"),
        ]
        read_only_fields = fields
        extra_kwargs = {
            "version": {"help_text": "It grows with each change of the artworks or their order."}
        }


class GalleryChangeSerializer(serializers.Serializer[Gallery]):
    """The values of a gallery that its owner may change. A missing field stays as it is."""

    title = serializers.CharField(max_length=120, required=False)
    slug = serializers.CharField(
        max_length=80, required=False, help_text="A part of its address; letters of any script."
    )
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    layout = serializers.ChoiceField(Gallery.Layout.choices, required=False)
    visibility = serializers.ChoiceField(Gallery.Visibility.choices, required=False)
    cover = serializers.UUIDField(
        required=False, allow_null=True, help_text="One of its artworks; null means the first one."
    )

    def validate_cover(self, value: UUID | None) -> Artwork | None:
        """Return the artwork. The service refuses one that is not in the gallery."""
        # An artwork that does not exist gets the answer of one that belongs to another user.
        if value is None:
            return None
        return Artwork.objects.filter(pk=value).first() or Artwork(pk=value)


class NewGallerySerializer(serializers.Serializer[Gallery]):
    """A new gallery."""

    title = serializers.CharField(max_length=120)
    slug = serializers.CharField(
        max_length=80, required=False, help_text="Without it, one is made from the title."
    )
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    layout = serializers.ChoiceField(Gallery.Layout.choices, required=False)
    visibility = serializers.ChoiceField(Gallery.Visibility.choices, required=False)


class AddItemsSerializer(serializers.Serializer[Gallery]):
    """Artworks for the end of a gallery. Those that are in it already keep their place."""

    artworks = BoundedListField(
        child=serializers.UUIDField(), max_length=MAX_ITEMS, allow_empty=False
    )


class ArrangeSerializer(serializers.Serializer[Gallery]):
    """All artworks of a gallery, in their order."""

    artworks = BoundedListField(child=serializers.UUIDField(), max_length=MAX_ITEMS)
    version = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_VERSION,
        help_text="The `version` that you saw. If there is a newer one, nothing is changed.",
    )


class PersonQuerySerializer(serializers.Serializer[Any]):
    """The filter of public lists."""

    person = serializers.CharField(
        max_length=150, required=False, help_text="The name in the address of a person."
    )
