"""Styles and licenses as the API shows them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from common.fields import BoundedListField
from common.problems import Problem
from library.licenses import LICENSES
from library.methods import usable_methods
from library.models import MAX_SLUG, Artist, Style

OWN_VARIANTS = ("full", "thumb")
# A deleted style is not shown to anybody.
SHOWN_STATES = tuple(state for state in Style.State if state != Style.State.DELETED)


class LicenseSerializer(serializers.Serializer[Any]):
    """What a license permits and requires."""

    id = serializers.CharField(help_text="The SPDX identifier.")
    name = serializers.CharField()
    url = serializers.CharField(help_text="Where its text is; empty for all rights reserved.")
    allows_derivatives = serializers.BooleanField()
    allows_commercial = serializers.BooleanField()
    requires_attribution = serializers.BooleanField()
    share_alike = serializers.BooleanField()


class ArtistSerializer(serializers.ModelSerializer[Artist]):
    """The person or project that made a style."""

    class Meta:
        model = Artist
        fields = ["name", "born", "died"]
        read_only_fields = fields


class StyleSerializer(serializers.ModelSerializer[Style]):
    """An artwork to paint with, its label, and what is known about its rights."""

    artist = ArtistSerializer(read_only=True)
    # Not the fields of the model: an empty string is no URI.
    source_url = serializers.CharField(read_only=True, help_text="Empty if it is not known.")
    rights_statement = serializers.CharField(read_only=True, help_text="A URI, or empty.")
    license = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    palette = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Main colors, #rrggbb."
    )
    has_picture = serializers.BooleanField(
        read_only=True, help_text="False when only a style code of the artwork is here."
    )
    methods = serializers.SerializerMethodField(help_text="The methods that can use it.")
    state = serializers.ChoiceField(
        SHOWN_STATES,
        read_only=True,
        help_text="`private`: only I see it. `in_review`: I offered it to the library. More states "
        "may be added.",
    )
    rights = serializers.CharField(
        source="license",
        read_only=True,
        help_text="The license, or for my own styles `own-work` or `unknown-rights`.",
    )
    resembles = serializers.SerializerMethodField(
        help_text="The slug of the library's style of the same artwork, for my own styles."
    )
    urls = serializers.SerializerMethodField(
        help_text="Where the pictures are; for the library, no sign-in needed. `thumb` is always "
        "there; `full` is the artwork; where there is none, `swatch` is an abstract picture of its "
        "colors and strokes, and `proof` a photo of ours painted in its manner."
    )

    class Meta:
        model = Style
        fields = [
            *("slug", "version", "title", "artist", "description", "date_text", "year_from"),
            *("year_to", "medium", "culture", "institution", "accession_number", "credit_line"),
            *("source_url", "technique", "tags", "palette", "license", "rights_statement"),
            *("attribution_text", "restrictions", "has_picture", "methods", "width", "height"),
            *("placeholder", "published_at", "state", "rights", "resembles", "urls"),
        ]
        read_only_fields = fields

    @extend_schema_field(LicenseSerializer(allow_null=True))
    def get_license(self, style: Style) -> Any:
        """Return the details of the license. A draft and an own style may have none."""
        known = LICENSES.get(style.license)
        return LicenseSerializer(known).data if known else None

    def get_methods(self, style: Style) -> list[str]:
        """Return the slugs of the methods that can use the style."""
        return usable_methods(style)

    def get_resembles(self, style: Style) -> str | None:
        """Return the slug of the style that the library offers instead."""
        like = style.resembles
        return like.slug if like and like.is_published else None

    def get_urls(self, style: Style) -> dict[str, str]:
        """Return the address of each variant that the style has."""
        if style.is_own_usable:
            # An app of the owner has no session, and this address takes its token.
            address = reverse("api-style-file", kwargs={"slug": style.slug})
            return {variant: f"{address}?variant={variant}" for variant in OWN_VARIANTS}
        return {
            variant: reverse("style-file", kwargs={"slug": style.slug, "variant": variant})
            for variant in style.variants
        }


class EvaluationSerializer(serializers.Serializer[Any]):
    """The styles that a picture will be made from."""

    styles = BoundedListField(
        child=serializers.SlugField(max_length=MAX_SLUG),
        allow_empty=False,
        max_length=100,
        help_text="Slugs of styles of the library, or of my own.",
    )

    def validate_styles(self, slugs: list[str]) -> list[str]:
        """Return the licenses of the styles. Raises a problem for the first unknown style."""
        usable = Style.objects.paintable_by(self.context["request"].user.pk)
        found = dict(usable.filter(slug__in=slugs).values_list("slug", "license"))
        # In the order of the request, so that the problem names the index of the style.
        for index, slug in enumerate(slugs):
            if slug not in found:
                raise style_unavailable(f"styles.{index}", slug)
        return [found[slug] for slug in slugs]


class DecisionSerializer(serializers.Serializer[Any]):
    """What users may do with a picture made from these styles. This is not legal advice."""

    publishable = serializers.ListField(
        child=serializers.CharField(), help_text="Licenses to publish under, the freest first."
    )
    attribution_required = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())


def style_unavailable(field: str, slug: str) -> Problem:
    """Build the problem of a style that is unknown, not published, or deleted."""
    detail = _("“%(slug)s” is not in the library. Choose another style.") % {"slug": slug}
    return Problem.of_field(field, "style_unavailable", detail)
