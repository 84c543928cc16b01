"""Share links as the API accepts and shows them, and what a link shows."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from common.problems import Problem
from gallery.api.serializers import ArtworkStyleSerializer
from gallery.galleries import UnknownArtwork
from gallery.models import Artwork, Gallery, ShareLink
from gallery.share_forms import LONGEST_PASSWORD
from library.licenses import LicenseId

SHARED_VARIANTS = ("full", "preview", "thumb", "link-preview", "before")


class ShareLinkSerializer(serializers.ModelSerializer[ShareLink]):
    """One of my share links. It names an artwork or a gallery; the other one is null."""

    artwork = serializers.UUIDField(source="artwork_id", read_only=True, allow_null=True)
    gallery = serializers.UUIDField(source="gallery_id", read_only=True, allow_null=True)
    has_password = serializers.BooleanField(source="password", read_only=True)
    opened = serializers.IntegerField(
        read_only=True, help_text="How often others opened its page, or read it by the API."
    )
    urls = serializers.SerializerMethodField(
        help_text="The page that visitors open, and the same for apps."
    )

    class Meta:
        model = ShareLink
        fields = [
            *("id", "artwork", "gallery", "has_password", "allows_download", "max_side"),
            *("shows_photo", "shows_recipe", "created_at", "expires_at", "opened"),
            *("last_opened_at", "urls"),
        ]
        read_only_fields = fields

    def get_urls(self, link: ShareLink) -> dict[str, str]:
        """Return the addresses for visitors."""
        return {
            "page": link.get_absolute_url(),
            "public": reverse("api-shared", kwargs={"token": link.token}),
        }


class ShareChangeSerializer(serializers.Serializer[ShareLink]):
    """What visitors may see and do. A missing field stays as it is."""

    password = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        required=False,
        allow_blank=True,
        help_text="Visitors are asked for it. An empty text removes it.",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it ends; null means when you revoke it."
    )
    allows_download = serializers.BooleanField(required=False)
    max_side = serializers.ChoiceField(
        ShareLink.Size.choices,
        required=False,
        allow_null=True,
        help_text="The largest side in px of downloads; null means the full picture.",
    )
    shows_photo = serializers.BooleanField(
        required=False, help_text="Whether visitors see the photos beside the pictures."
    )
    shows_recipe = serializers.BooleanField(
        required=False, help_text="Whether visitors see the styles and settings."
    )


class NewShareSerializer(ShareChangeSerializer):
    """A new link. Without other choices it ends after 30 days and shows no photo."""

    artwork = serializers.UUIDField(required=False, help_text="One of my artworks.")
    gallery = serializers.UUIDField(required=False, help_text="Or one of my galleries.")

    def validate_artwork(self, value: UUID) -> Artwork:
        """Return the artwork. That of another user counts as unknown."""
        mine = Artwork.objects.owned_by(self.context["request"].user)
        found = mine.filter(pk=value).first()
        if found is None:
            raise UnknownArtwork("artwork")
        return found

    def validate_gallery(self, value: UUID) -> Gallery:
        """Return the gallery. That of another user counts as unknown."""
        mine = Gallery.objects.owned_by(self.context["request"].user)
        found = mine.filter(pk=value).first()
        if found is None:
            detail = _("This gallery does not exist, or it is not yours.")
            raise Problem.of_field("gallery", "unknown_gallery", detail)
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the values with `thing` in the place of the artwork or the gallery."""
        named = [attrs.pop(name, None) for name in ("artwork", "gallery")]
        things = [each for each in named if each is not None]
        if len(things) != 1:
            detail = _("Name one artwork or one gallery.")
            raise Problem.of_field("artwork", "one_thing", detail)
        return {**attrs, "thing": things[0]}


class SharedArtworkSerializer(serializers.ModelSerializer[Artwork]):
    """An artwork as visitors with a link see it."""

    by = serializers.CharField(source="owner.public_name", read_only=True)
    license = serializers.ChoiceField(LicenseId.choices, read_only=True, allow_blank=True)
    styles = serializers.SerializerMethodField(help_text="Empty if the link does not show them.")
    urls = serializers.SerializerMethodField(
        help_text="Where the picture is, by variant; only those that the link shows."
    )
    materials = serializers.SerializerMethodField(
        help_text="Where its materials are listed; null if the link does not show the recipe."
    )

    class Meta:
        model = Artwork
        fields = [
            *("id", "title", "alt_text", "by", "origin", "creator", "styles", "license", "credit"),
            *("width", "height", "placeholder", "urls", "materials"),
        ]
        read_only_fields = fields

    @extend_schema_field(ArtworkStyleSerializer(many=True))
    def get_styles(self, artwork: Artwork) -> Any:
        """Return the styles, if visitors may see how the artwork was made."""
        link: ShareLink = self.context["link"]
        parts = list(artwork.artwork_styles.all()) if link.shows_recipe else []
        return ArtworkStyleSerializer(parts, many=True).data

    def get_urls(self, artwork: Artwork) -> dict[str, str]:
        """Return the address of each variant that visitors get."""
        link: ShareLink = self.context["link"]
        address = reverse("api-shared-file", kwargs={"token": link.token})
        shown = {
            "full": link.allows_download,
            "before": link.shows_photo and bool(artwork.before),
        }
        return {
            variant: f"{address}?artwork={artwork.pk}&variant={variant}"
            for variant in SHARED_VARIANTS
            if shown.get(variant, True)
        }

    def get_materials(self, artwork: Artwork) -> str | None:
        """Return the address of the materials, if visitors may see how the artwork was made."""
        link: ShareLink = self.context["link"]
        address = reverse("api-shared-materials", kwargs={"token": link.token})
        return f"{address}?artwork={artwork.pk}" if link.shows_recipe else None


class SharedSerializer(serializers.ModelSerializer[ShareLink]):
    """What a link shows: an artwork, or a gallery with its list of artworks."""

    kind = serializers.SerializerMethodField()
    title = serializers.CharField(source="thing.title", read_only=True, allow_blank=True)
    text = serializers.SerializerMethodField(help_text="What the owner says about the gallery.")
    by = serializers.CharField(source="owner.public_name", read_only=True)
    urls = serializers.SerializerMethodField(
        help_text="The page, the artworks in order, and the ZIP file of a gallery if it is allowed."
    )

    class Meta:
        model = ShareLink
        fields = [
            *("kind", "title", "text", "by", "allows_download", "max_side", "shows_photo"),
            *("shows_recipe", "expires_at", "urls"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(["artwork", "gallery"]))
    def get_kind(self, link: ShareLink) -> str:
        """Return what the link names."""
        return "gallery" if link.gallery else "artwork"

    def get_text(self, link: ShareLink) -> str:
        """Return the text of the gallery."""
        return link.gallery.text if link.gallery else ""

    def get_urls(self, link: ShareLink) -> dict[str, str]:
        """Return the addresses of the page, of the list, and of the ZIP file."""
        names = ["items", *(["archive"] if link.gallery and link.allows_download else [])]
        parts = {name: reverse(f"api-shared-{name}", args=[link.token]) for name in names}
        return {"page": link.get_absolute_url(), **parts}


class UnlockSerializer(serializers.Serializer[Any]):
    """The password of a link."""

    password = serializers.CharField(max_length=LONGEST_PASSWORD)


class ShareKeySerializer(serializers.Serializer[Any]):
    """The key of a visitor who gave the password."""

    key = serializers.CharField(read_only=True, help_text="Send it in the header Share-Key.")
    expires_in = serializers.IntegerField(read_only=True, help_text="Seconds.")


class SharedFileQuerySerializer(serializers.Serializer[Any]):
    """Which picture of a link is asked for."""

    artwork = serializers.UUIDField(
        required=False, help_text="One of the artworks in its list; needed for a gallery."
    )
