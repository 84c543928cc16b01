"""Artworks as the API accepts and shows them."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from common.colors import COLOR_NAMES
from common.fields import BoundedListField
from common.problems import Problem
from gallery.access import NOBODY, Viewer
from gallery.descriptions import proposed_alt_text
from gallery.filter_forms import MAX_NAME, MAX_TECHNIQUE
from gallery.licensing import RIGHTS
from gallery.lineage import shown_source
from gallery.models import Artwork, ArtworkStyle, ArtworkTag
from gallery.models.tags import MAX_TAG, MAX_TAGS
from gallery.search import NEWEST, ORDERS, USES
from inference.live.snapshots.report import report_sentences
from inference.models import Job, Revision
from library.forms import LONGEST_QUERY
from library.licenses import LicenseId

VARIANTS = ("full", "preview", "thumb", "before")


class ArtworkStyleSerializer(serializers.ModelSerializer[ArtworkStyle]):
    """A style that the artwork was made with."""

    slug = serializers.CharField(source="style.slug", read_only=True)
    title = serializers.CharField(source="style.title", read_only=True)
    artist = serializers.CharField(source="style.artist.name", read_only=True)

    class Meta:
        model = ArtworkStyle
        fields = ["slug", "title", "artist", "version", "weight"]
        read_only_fields = fields


class PublicArtworkSerializer(serializers.ModelSerializer[Artwork]):
    """A published artwork as everybody sees it."""

    by = serializers.CharField(source="owner.public_name", read_only=True)
    license = serializers.ChoiceField(
        LicenseId.choices,
        read_only=True,
        allow_blank=True,
        help_text="Empty until it is published for the first time.",
    )
    likes = serializers.IntegerField(
        source="like_count", read_only=True, help_text="How many users like it."
    )
    styles = ArtworkStyleSerializer(source="artwork_styles", many=True, read_only=True)
    tags = serializers.SlugRelatedField[ArtworkTag](
        slug_field="tag", many=True, read_only=True, help_text="Words that its owner chose."
    )
    made_like = serializers.SerializerMethodField(
        help_text="The artwork whose styles and settings it repeats, while you can see that one."
    )
    urls = serializers.SerializerMethodField(
        help_text="Where the picture is, by variant; `before` only if the photo is shown too."
    )

    class Meta:
        model = Artwork
        fields = [
            *("id", "title", "alt_text", "by", "origin", "creator", "styles", "license", "credit"),
            *(
                "width",
                "height",
                "placeholder",
                "published_at",
                "likes",
                "tags",
                "made_like",
                "urls",
            ),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_made_like(self, artwork: Artwork) -> str | None:
        """Return the id of the artwork; None without one, and for one that is not seen."""
        source = shown_source(artwork, self.viewer(artwork))
        return str(source.pk) if source else None

    def viewer(self, artwork: Artwork) -> Viewer:
        """Return who sees this form of an artwork: everybody."""
        del artwork
        return NOBODY

    def get_urls(self, artwork: Artwork) -> dict[str, str]:
        """Return the address of each variant that the user may see."""
        address = reverse("api-artwork-file", kwargs={"pk": artwork.pk})
        return {
            variant: f"{address}?variant={variant}"
            for variant in VARIANTS
            if variant != "before" or self.shows_before(artwork)
        }

    def shows_before(self, artwork: Artwork) -> bool:
        """Return whether the photo is shown beside the artwork."""
        return artwork.shows_before and bool(artwork.before)


class ArtworkSerializer(PublicArtworkSerializer):
    """One of my artworks, with details that only I see: its job, its recipe, its visibility."""

    job = serializers.PrimaryKeyRelatedField[Job](read_only=True, allow_null=True)
    revision = serializers.PrimaryKeyRelatedField[Revision](
        read_only=True, allow_null=True, help_text="The revision of its job that it shows."
    )
    recipe = serializers.DictField(
        read_only=True, help_text="How it was made: spec, styles, engine, weights and report."
    )

    proposed_alt_text = serializers.SerializerMethodField(
        help_text="A description made of the title, the styles and the artists, to begin with."
    )
    report = serializers.SerializerMethodField(
        help_text="How it was painted, in sentences: sizes, conversions, parts and time."
    )

    class Meta(PublicArtworkSerializer.Meta):
        fields = [
            *PublicArtworkSerializer.Meta.fields,
            *("visibility", "moderation", "shows_before", "bytes", "job", "recipe", "rights"),
            "revision",
            *("created_at", "proposed_alt_text", "report"),
        ]
        read_only_fields = fields

    def viewer(self, artwork: Artwork) -> Viewer:
        """Return who sees this form of an artwork: its owner."""
        return Viewer(artwork.owner)

    def get_proposed_alt_text(self, artwork: Artwork) -> str:
        """Return the description."""
        return proposed_alt_text(artwork)

    def get_report(self, artwork: Artwork) -> list[str]:
        """Return the sentences about the painting."""
        return report_sentences(artwork.recipe.get("report", {}))

    def shows_before(self, artwork: Artwork) -> bool:
        """Return whether the photo was kept. The owner always sees it."""
        return bool(artwork.before)


class KeepSerializer(serializers.Serializer[Artwork]):
    """Which result to keep."""

    job = serializers.UUIDField(help_text="The id of one of my jobs that succeeded.")
    title = serializers.CharField(max_length=120, default="", allow_blank=True)

    def validate_job(self, value: UUID) -> Job:
        """Find the job among the jobs of the user. The job of another user counts as unknown."""
        jobs = Job.objects.visible_to(self.context["request"].user).with_parts()
        job = jobs.filter(pk=value).first()
        if job is None:
            # One answer for both cases, so that a client cannot learn which jobs exist.
            detail = _("This job does not exist, or it is not yours.")
            raise Problem.of_field("job", "unknown_job", detail)
        return job


class ArtworkUploadSerializer(serializers.Serializer[Artwork]):
    """A picture that was made elsewhere, and what the user says about it."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="A JPEG, PNG or WebP file; see /capabilities/."
    )
    rights = serializers.ChoiceField(
        RIGHTS, help_text="Where the picture comes from. It decides how it can be published."
    )
    title = serializers.CharField(max_length=120, default="", allow_blank=True)
    alt_text = serializers.CharField(max_length=300, default="", allow_blank=True)
    creator = serializers.CharField(
        max_length=160, default="", allow_blank=True, help_text="Who made it, if it was not me."
    )


class LabelSerializer(serializers.Serializer[Artwork]):
    """What an artwork is called, by its owner. A missing field stays as it is."""

    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    alt_text = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="What is to be seen, for those who do not see it.",
    )
    tags = BoundedListField(
        child=serializers.CharField(max_length=4 * MAX_TAG, allow_blank=True),
        max_length=4 * MAX_TAGS,
        required=False,
        help_text=f"In place of the old ones: at most {MAX_TAGS}, of {MAX_TAG} characters each.",
    )


class PublicGalleryQuerySerializer(serializers.Serializer[Artwork]):
    """The search of the public gallery. All filters that are given must match."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_QUERY,
        help_text="Words of titles, descriptions, tags, styles, artists or the names of people. "
        "Accents and case do not matter.",
    )
    style = serializers.SlugField(  # type: ignore[assignment]  # shadows a rendering option
        required=False, help_text="The slug of a style they were made with."
    )
    technique = serializers.CharField(
        required=False, max_length=MAX_TECHNIQUE, help_text="The technique of one of the styles."
    )
    use = serializers.ChoiceField(
        tuple(USES),
        required=False,
        help_text="What the license must allow. `anything` is without conditions.",
    )
    color = serializers.ChoiceField(
        COLOR_NAMES, required=False, help_text="One of the main colors."
    )
    tag = serializers.CharField(required=False, max_length=MAX_TAG)
    person = serializers.CharField(
        max_length=MAX_NAME, required=False, help_text="The name in the address of a person."
    )
    sort = serializers.ChoiceField(tuple(ORDERS), default=NEWEST)


class PublishSerializer(serializers.Serializer[Artwork]):
    """The options of a publication."""

    license = serializers.ChoiceField(
        LicenseId.choices, help_text="One of those that the styles or the rights allow."
    )
    alt_text = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Left out, it stays as it is."
    )
    shows_before = serializers.BooleanField(
        default=False, help_text="Whether others see the photo beside it."
    )
