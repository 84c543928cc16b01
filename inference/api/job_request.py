"""The request for a job."""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from common.fields import BoundedDictField, BoundedListField
from common.problems import Problem
from inference.live.snapshots.spec import spec_schema
from inference.models import Job, Mask, Photo
from library.api.serializers import style_unavailable
from library.models import MAX_SLUG, Style
from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS
from style_transfer.core.spec import MAX_STYLES, SpecError, TransferSpec


class Share(serializers.FloatField):
    """A finite number above 0."""

    default_error_messages = {"share": _("This must be a number above 0.")}

    def to_internal_value(self, data: Any) -> float:
        """Read the number; infinity, NaN and numbers too large for a float are refused."""
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            # Python raises this for an integer that is too large for a float.
            value = math.inf
        if not 0 < value < math.inf:
            self.fail("share")
        return value


class StyleChoiceSerializer(serializers.Serializer[Style]):
    """A style to paint with and its share among the job's styles."""

    style = serializers.SlugField(  # type: ignore[assignment]  # shadows a rendering option
        max_length=MAX_SLUG, help_text="The slug of a published style."
    )
    weight = Share(default=1.0, help_text="Share of the style, above 0.")


@extend_schema_field(spec_schema())
class SpecField(BoundedDictField):
    """The controls as an object; `TransferSpec` decides whether they are right."""


@extend_schema_serializer(
    component_name="Job",
    examples=[
        OpenApiExample(
            "Two styles",
            {
                "photo": "0f9d3c62-5c0e-4b0e-9a55-0d7c3f6b1c1e",
                "styles": [
                    {"style": "ink-wash", "weight": 2},
                    {"style": "mosaic", "weight": 1},
                ],
                "spec": {"strength": 0.8, "size": 1024, "seed": 7},
            },
            request_only=True,
        )
    ],
)
class JobRequestSerializer(serializers.Serializer[Job]):
    """What to paint: a photo, one to four styles, a method and its controls."""

    photo = serializers.UUIDField(help_text="The id of one of my photos.")
    mask = serializers.UUIDField(
        required=False, allow_null=True, help_text="The id of a mask of this photo; see /masks/."
    )
    styles = BoundedListField(child=StyleChoiceSerializer(), min_length=1, max_length=MAX_STYLES)
    method = serializers.ChoiceField(
        tuple(METHOD_INFOS),
        required=False,
        help_text=f"See /methods/; `{DEFAULT_METHOD}` if left out.",
    )
    spec = SpecField(default=dict)
    made_like = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The artwork whose styles and settings this repeats; the result links to it.",
    )

    def validate_photo(self, value: UUID) -> Photo:
        """Find the user's own photo; the photo of another user is as unknown as none."""
        photo = Photo.objects.visible_to(self.context["request"].user).filter(pk=value).first()
        if photo is None:
            detail = _("This photo does not exist, or it is not yours.")
            raise Problem.of_field("photo", "unknown_photo", detail)
        return photo

    def validate_styles(self, choices: list[dict[str, Any]]) -> list[tuple[Style, float]]:
        """Find the styles among those that the user may see."""
        slugs = [choice["style"] for choice in choices]
        if len(set(slugs)) < len(slugs):
            detail = _("Each style can be used only once.")
            raise serializers.ValidationError(detail, code="style_twice")
        found = _styles_by_slug(Style.objects.visible_to(self.context["request"].user), slugs)
        return [(found[choice["style"]], choice["weight"]) for choice in choices]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Build the spec; the engine's sentences become the errors of the fields."""
        names = ("photo", "styles", "made_like")
        asked: dict[str, Any] = {name: attrs[name] for name in names if name in attrs}
        mask = mask_of(attrs["photo"], attrs.get("mask"))
        return {**asked, "mask": mask, "spec": spec_of(attrs)}


def mask_of(photo: Photo, mask_id: UUID | None) -> Mask | None:
    """Find a mask of the photo; raises the problem of one that does not belong to it."""
    if mask_id is None:
        return None
    mask = Mask.objects.filter(pk=mask_id, photo=photo).first()
    if mask is None:
        detail = _("This mask does not belong to this photo. Send it again.")
        raise Problem.of_field("mask", "unknown_mask", detail)
    return mask


def spec_of(attrs: Mapping[str, Any]) -> TransferSpec:
    """Build the spec of a request from its `method` and `spec`; raises ValidationError."""
    # A `method` beside the spec wins over one inside it.
    method = {"method": attrs["method"]} if "method" in attrs else {}
    try:
        return TransferSpec.from_json({**attrs["spec"], **method})
    except SpecError as error:
        raise serializers.ValidationError({"spec": error.fields}, code="spec_invalid") from error


def _styles_by_slug(styles: QuerySet[Style], slugs: list[str]) -> dict[str, Style]:
    """Return the named styles; raises the problem of the first one that is missing."""
    found = {style.slug: style for style in styles.filter(slug__in=slugs)}
    for index, slug in enumerate(slugs):
        if slug not in found:
            raise style_unavailable(f"styles.{index}.style", slug)
    return found
