"""A photo and a style in, a picture out, in one call."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import insufficient_scope, person
from accounts.models import ApiToken, Scope
from common.fields import BoundedListField
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import STORAGE_FULL
from common.parsers import UploadParser
from common.problems import Problem
from common.storage import StorageFull
from inference.api.job_reply import JobSerializer
from inference.api.job_request import Share
from inference.api.jobs import KEY, job_id_of_key
from inference.api.waiting import PREFER, preferred_wait, wait_for_end
from inference.live.snapshots.job import is_retryable
from inference.models import Job
from inference.services.transfers import GivenStyle, submit_transfer
from library.api.serializers import style_unavailable
from library.licenses import UNKNOWN_RIGHTS
from library.models import MAX_SLUG, Style
from library.own_styles import RIGHTS
from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS, RECIPE
from style_transfer.core.spec import MAX_STYLES, SpecError, TransferSpec, choices_of

PICTURES = ("image/jpeg", "image/png")
SPEC_FIELDS = (
    *("method", "strength", "color", "style_scale", "size", "steps", "seed", "features"),
    *("keep_faces", "mask_feather", "mask_invert", "variant"),
    *RECIPE,
)


@extend_schema_field({"anyOf": [{"type": "string"}, {"type": "string", "format": "binary"}]})
class GivenStyleField(serializers.Field[Any, Any, Any, Any]):
    """The slug of a style, or the file of one."""

    default_error_messages = {"style": _("Send a picture, or the slug of a style.")}

    def to_internal_value(self, data: Any) -> Any:
        """Return the file, or the slug."""
        if isinstance(data, UploadedFile):
            return data
        if not isinstance(data, str) or not 0 < len(data) <= MAX_SLUG or "\0" in data:
            self.fail("style")
        return data

    def to_representation(self, value: Any) -> Any:
        """Return the value: this field only reads."""
        return value


class TransferSerializer(serializers.Serializer[Job]):
    """A photo, one to four styles, and the controls of the method as fields of their own."""

    content = serializers.FileField(
        allow_empty_file=True, help_text="The photo: JPEG, PNG or WebP; see /capabilities/."
    )
    # Named like an option of the base class, which reads only `self.style` of fields.
    style = BoundedListField(  # type: ignore[assignment]
        child=GivenStyleField(),
        min_length=1,
        max_length=MAX_STYLES,
        help_text="The slug of a style, or a picture, which becomes a style of my own.",
    )
    mask = serializers.FileField(
        required=False,
        allow_empty_file=True,
        help_text="Paint only where this gray picture is white; see `POST /masks/`.",
    )
    weight = BoundedListField(
        child=Share(),
        required=False,
        max_length=MAX_STYLES,
        help_text="One for each style, above 0. Where slugs and files are sent, slugs come first.",
    )
    rights = serializers.ChoiceField(
        RIGHTS,
        default=UNKNOWN_RIGHTS,
        help_text="Where a picture sent as a style comes from; see `POST /styles/`.",
    )
    method = serializers.ChoiceField(
        tuple(METHOD_INFOS), required=False, help_text=f"`{DEFAULT_METHOD}` if left out."
    )
    strength = serializers.FloatField(required=False)
    color = serializers.ChoiceField(choices_of("color"), required=False)
    style_scale = serializers.FloatField(required=False)
    size = serializers.IntegerField(required=False, help_text="Longest side in pixels.")
    steps = serializers.IntegerField(required=False)
    seed = serializers.IntegerField(required=False)
    features = serializers.ChoiceField(choices_of("features"), required=False)
    variant = serializers.ChoiceField(choices_of("variant"), required=False)
    keep_faces = serializers.ChoiceField(choices_of("keep_faces"), required=False)
    init = serializers.ChoiceField(choices_of("init"), required=False)
    optimizer = serializers.ChoiceField(choices_of("optimizer"), required=False)
    learning_rate = serializers.FloatField(required=False)
    content_weight = serializers.FloatField(required=False)
    style_weight = serializers.FloatField(required=False)
    tv_weight = serializers.FloatField(required=False)
    layer1_weight = serializers.FloatField(required=False)
    layer2_weight = serializers.FloatField(required=False)
    layer3_weight = serializers.FloatField(required=False)
    layer4_weight = serializers.FloatField(required=False)
    layer5_weight = serializers.FloatField(required=False)
    mask_feather = serializers.FloatField(required=False)
    # Without a default, because a field that a form leaves out would be false.
    mask_invert = serializers.BooleanField(required=False, allow_null=True, default=None)

    def validate_style(self, given: list[Any]) -> list[GivenStyle]:
        """Find the styles with a slug among those that I can paint with."""
        usable = Style.objects.paintable_by(person(self.context["request"]).pk)
        slugs = [each for each in given if isinstance(each, str)]
        found = {style.slug: style for style in usable.filter(slug__in=slugs)}
        for index, each in enumerate(given):
            if isinstance(each, str) and each not in found:
                raise style_unavailable(f"style.{index}", each)
        return [found[each] if isinstance(each, str) else each for each in given]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Join styles and weights, and build the spec."""
        styles, weights = attrs["style"], attrs.get("weight") or [1.0] * len(attrs["style"])
        if len(weights) != len(styles):
            detail = _("Send one weight for each style.")
            raise serializers.ValidationError({"weight": detail}, code="weights")
        try:
            spec = TransferSpec(
                **{name: attrs[name] for name in SPEC_FIELDS if attrs.get(name) is not None}
            )
        except SpecError as error:
            raise serializers.ValidationError(error.fields, code="spec_invalid") from error
        return {
            "content": attrs["content"],
            "mask": attrs.get("mask"),
            "styles": list(zip(styles, weights, strict=True)),
            "rights": attrs["rights"],
            "spec": spec,
        }


class TransferView(APIView):
    """The whole way in one call."""

    write_scope = Scope.JOBS_WRITE
    parser_classes = (UploadParser,)
    # A caller that accepts only pictures still gets the job while the picture is not there.
    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[KEY, PREFER],
        request={"multipart/form-data": TransferSerializer},
        responses={
            **{(200, kind): OpenApiTypes.BINARY for kind in PICTURES},
            (200, "application/json"): JobSerializer,
            202: OpenApiResponse(JobSerializer, description="The picture is not done yet."),
            507: STORAGE_FULL,
        },
        operation_id="transfer_create",
        tags=["jobs"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Paint a photo in a style.

        With `Accept: image/*` the answer is the picture, and otherwise the job. With `Prefer:
        wait=10` the answer is held until the picture is done; if it is not done by then, the answer
        is 202 with the job. The photo and the styles stay among mine.
        """
        body = TransferSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        check_scopes(request, asked["styles"])
        job, _created = submit_transfer(
            owner=person(request), job_id=job_id_of_key(request), **asked
        )
        seconds = preferred_wait(request)
        done = wait_for_end(job, seconds or 0)
        answer = self._answer(request, Job.objects.with_parts().get(pk=job.pk), done=done)
        answer["Location"] = reverse("api-job-detail", kwargs={"pk": job.pk})
        if seconds is not None:
            answer["Preference-Applied"] = f"wait={seconds}"
        return answer

    def _answer(self, request: Request, job: Job, *, done: bool) -> HttpResponseBase:
        if done and wants_picture(request):
            if not job.result:
                raise problem_of(job)
            return send_media(request, job.result, public=False)
        code = status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED
        return Response(JobSerializer(job).data, status=code)


def check_scopes(request: Request, styles: list[tuple[GivenStyle, float]]) -> None:
    """Raise the problem of a token that may submit jobs, but may not upload what it sends."""
    needed = [Scope.PHOTOS_WRITE]
    if any(not isinstance(style, Style) for style, _weight in styles):
        needed.append(Scope.STYLES_WRITE)
    token = request.auth
    for scope in needed:
        if isinstance(token, ApiToken) and scope.value not in token.scopes:
            raise insufficient_scope(scope)


def wants_picture(request: Request) -> bool:
    """Tell whether the caller prefers the picture to the job."""
    # The first of several that are equally welcome wins, so `*/*` asks for the job.
    return request.get_preferred_type(["application/json", *PICTURES]) in PICTURES


def problem_of(job: Job) -> Problem:
    """Build the problem of a job that ended without a picture."""
    if job.state != Job.State.FAILED:
        detail = _("This job was canceled. Send the request again with another key.")
        return Problem("job_canceled", detail, status=409)
    code = 500 if is_retryable(job.error_code) else 422
    if job.error_code == StorageFull.code:
        code = StorageFull.status
    return Problem(job.error_code, gettext(job.error_hint), status=code)
