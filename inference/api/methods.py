"""What this server can do: methods with their controls, limits, formats."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import Anyone
from common import uploads
from common.conditional import answers_conditionally
from common.problems import not_found
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.controls import controls_of
from style_transfer.core.spec import ENGINE_VERSION, MAX_STYLES


class MethodSerializer(serializers.Serializer[Any]):
    """A method with its controls as JSON Schema, so that an app can draw them."""

    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    previews = serializers.BooleanField(help_text="Whether the method sends previews.")
    default_steps = serializers.IntegerField()
    controls = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "description": "A JSON Schema of the job's `spec`."})
    def get_controls(self, info: MethodInfo) -> dict[str, Any]:
        """Return the schema of the method's controls."""
        return controls_of(info, on_site=True)


@answers_conditionally
class MethodListView(APIView):
    """The methods of painting."""

    permission_classes = (Anyone,)

    @extend_schema(responses=MethodSerializer(many=True), operation_id="methods_list")
    def get(self, request: Request) -> Response:
        """List the methods with their controls."""
        return Response(MethodSerializer(METHOD_INFOS.values(), many=True).data)


@answers_conditionally
class MethodView(APIView):
    """One method of painting."""

    permission_classes = (Anyone,)

    @extend_schema(responses=MethodSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Describe one method with its controls."""
        if slug not in METHOD_INFOS:
            raise not_found()
        return Response(MethodSerializer(METHOD_INFOS[slug]).data)


class UploadLimitsSerializer(serializers.Serializer[Any]):
    """Which pictures may be uploaded."""

    formats = serializers.ListField(child=serializers.CharField())
    max_bytes = serializers.IntegerField()
    max_megapixels = serializers.DictField(
        child=serializers.IntegerField(), help_text="Largest number of megapixels, by format."
    )
    min_side = serializers.IntegerField(help_text="Minimum length of the shorter side in pixels.")
    max_side = serializers.IntegerField(help_text="Maximum length of the longer side in pixels.")


class JobLimitsSerializer(serializers.Serializer[Any]):
    """The limits of jobs."""

    max_styles = serializers.IntegerField()
    max_waiting = serializers.IntegerField(help_text="Per user at the same time.")
    max_running = serializers.IntegerField(help_text="Per user at the same time.")
    max_a_day = serializers.IntegerField(help_text="Per user and day; see `/me/usage/`.")
    methods = serializers.ListField(child=serializers.CharField())


class CapabilitiesSerializer(serializers.Serializer[Any]):
    """What this server takes."""

    api = serializers.CharField()
    engine = serializers.CharField()
    uploads = UploadLimitsSerializer()
    jobs = JobLimitsSerializer()
    languages = serializers.ListField(child=serializers.CharField())


def capabilities() -> dict[str, Any]:
    """Collect each figure from the module that defines it."""
    return {
        "api": "1",
        "engine": ENGINE_VERSION,
        "uploads": {
            "formats": list(uploads.MAX_MEGAPIXELS),
            "max_bytes": settings.MAX_UPLOAD_BYTES,
            "max_megapixels": uploads.MAX_MEGAPIXELS,
            "min_side": uploads.MIN_SIDE,
            "max_side": uploads.MAX_SIDE,
        },
        "jobs": {
            "max_styles": MAX_STYLES,
            "max_waiting": settings.JOB_MAX_WAITING_PER_USER,
            "max_running": settings.JOB_MAX_RUNNING_PER_USER,
            "max_a_day": settings.JOB_MAX_A_DAY_PER_USER,
            "methods": list(METHOD_INFOS),
        },
        "languages": [code for code, _name in settings.LANGUAGES],
    }


@answers_conditionally
class CapabilitiesView(APIView):
    """Limits and formats."""

    permission_classes = (Anyone,)

    @extend_schema(responses=CapabilitiesSerializer)
    def get(self, request: Request) -> Response:
        """Describe what this server accepts, so that an app can check before it sends."""
        return Response(capabilities())
