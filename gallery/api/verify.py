"""Whether a picture file was made here, for everybody who has the file."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import Anyone
from accounts.models import ApiToken, Scope
from common.parsers import UploadParser
from gallery.access import NOBODY, Viewer, viewer_of
from gallery.models import Artwork
from gallery.verdict_words import heading_of, ingredients_of, sentences_of
from gallery.verification import (
    Change,
    Finding,
    PassportState,
    Verdict,
    asker_of,
    verify_picture,
)


class VerifySerializer(serializers.Serializer[Any]):
    """The file to look at. Nothing of it is kept."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="A JPEG, PNG or WebP file; see /capabilities/."
    )


class VerifiedStyleSerializer(serializers.Serializer[Any]):
    """A style that the picture was made with, as its passport names it."""

    # Named like an option of the base class, which reads only `self.style` of fields.
    style = serializers.CharField(help_text="Its slug.")  # type: ignore[assignment]
    title = serializers.CharField()
    artist = serializers.CharField()
    version = serializers.IntegerField()
    weight = serializers.FloatField()
    license = serializers.CharField()
    license_name = serializers.CharField()
    license_url = serializers.CharField()
    license_meaning = serializers.CharField()


class VerifiedArtworkSerializer(serializers.ModelSerializer[Artwork]):
    """The artwork that the file shows, if I may see it."""

    by = serializers.CharField(source="owner.public_name", read_only=True)
    url = serializers.SerializerMethodField(help_text="Its page.")

    class Meta:
        model = Artwork
        fields = ["id", "title", "by", "url"]
        read_only_fields = fields

    def get_url(self, artwork: Artwork) -> str:
        """Return the address of the page."""
        return reverse("artwork", kwargs={"pk": artwork.pk})


class FindingSerializer(serializers.Serializer[Finding]):
    """What is known of the file."""

    verdict = serializers.ChoiceField([each.value for each in Verdict])
    passport = serializers.ChoiceField(
        [each.value for each in PassportState],
        help_text="Whether the file has a passport that this site signed.",
    )
    changes = serializers.ListField(
        child=serializers.ChoiceField([each.value for each in Change]),
        help_text="What was changed since the file was given out, as far as it is known.",
    )
    made_on = serializers.SerializerMethodField(help_text="The day; null if it is not known.")
    summary = serializers.SerializerMethodField(help_text="The verdict in words.")
    explanation = serializers.SerializerMethodField(help_text="What it is based on, in sentences.")
    styles = serializers.SerializerMethodField(
        help_text="From its passport, or from the artwork if I may see it."
    )
    recipe = serializers.SerializerMethodField(help_text="The settings, from the same source.")
    artwork = VerifiedArtworkSerializer(allow_null=True)

    def get_made_on(self, finding: Finding) -> str | None:
        """Return the day."""
        return finding.made_on or None

    def get_summary(self, finding: Finding) -> str:
        """Return the verdict in words."""
        return heading_of(finding)

    def get_explanation(self, finding: Finding) -> list[str]:
        """Return the sentences."""
        return sentences_of(finding)

    def get_styles(self, finding: Finding) -> list[dict[str, Any]]:
        """Return the styles."""
        rows = VerifiedStyleSerializer(ingredients_of(finding), many=True).data
        return [dict(row) for row in rows]

    def get_recipe(self, finding: Finding) -> dict[str, Any] | None:
        """Return the settings, sizes, engine and weights."""
        return (finding.facts or {}).get("recipe")


def _viewer(request: Request) -> Viewer:
    """Return who asks. An app without the scope to read artworks learns what everybody learns."""
    token = request.auth
    if isinstance(token, ApiToken) and Scope.ARTWORKS_READ.value not in token.scopes:
        return NOBODY
    return viewer_of(request)


class VerifyView(APIView):
    """Tells where a picture comes from."""

    permission_classes = (Anyone,)
    parser_classes = (UploadParser,)

    @extend_schema(
        request={"multipart/form-data": VerifySerializer},
        responses=FindingSerializer,
        tags=["verify"],
    )
    def post(self, request: Request) -> Response:
        """Tell whether a picture was made here, from what, and whether it was changed since."""
        body = VerifySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        finding = verify_picture(
            file=body.validated_data["file"],
            viewer=_viewer(request),
            who=asker_of(request._request),  # noqa: SLF001  # the only way to the plain request
        )
        return Response(FindingSerializer(finding).data)
