"""My photos: upload, list, view, delete."""

import hashlib
import re
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import person
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import PICTURE, STORAGE_FULL
from common.parsers import UploadParser
from common.problems import Problem
from common.queries import chosen
from inference.models import Photo
from inference.services.photos import delete_photo, upload_photo

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

VARIANTS = ("original", "preview", "thumb")
CHECKSUM_HEADER = "X-Checksum-SHA256"
CHECKSUM = OpenApiParameter(
    CHECKSUM_HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="SHA-256 of the file in hex. A file with another checksum is refused.",
)
VARIANT = OpenApiParameter("variant", str, enum=list(VARIANTS), default="original")


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """One of my photos: upright, sRGB, without its metadata and file name."""

    urls = serializers.SerializerMethodField(help_text="Addresses of the picture, by variant.")

    class Meta:
        model = Photo
        fields = ["id", "width", "height", "bytes", "sha256", "placeholder", "created_at", "urls"]
        read_only_fields = fields
        extra_kwargs = {
            "sha256": {"help_text": "SHA-256 of the file as it was sent."},
            "placeholder": {"help_text": "A tiny blurred picture as a data: URI."},
        }

    def get_urls(self, photo: Photo) -> dict[str, str]:
        """Return the address of each variant."""
        address = reverse("api-photo-file", kwargs={"pk": photo.pk})
        return {variant: f"{address}?variant={variant}" for variant in VARIANTS}


class PhotoUploadSerializer(serializers.Serializer[Photo]):
    """A picture file; the service checks it."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="A JPEG, PNG or WebP file; see /capabilities/."
    )


@extend_schema_view(
    destroy=extend_schema(
        responses={204: None, 409: OpenApiResponse(description="Jobs of the photo wait or run.")}
    )
)
@answers_conditionally
class PhotoViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Photo],
):
    """The photos of the user, newest first."""

    read_scope = Scope.PHOTOS_READ
    write_scope = Scope.PHOTOS_WRITE
    guest_operations = frozenset({"create", "retrieve", "file"})
    parser_classes = (UploadParser,)
    serializer_class = PhotoSerializer
    queryset = Photo.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Photo]:
        """Return the user's own photos."""
        return Photo.objects.visible_to(self.request.user)

    @extend_schema(
        parameters=[CHECKSUM],
        request={"multipart/form-data": PhotoUploadSerializer},
        responses={
            201: PhotoSerializer,
            200: OpenApiResponse(PhotoSerializer, description="This photo was uploaded before."),
            507: STORAGE_FULL,
        },
    )
    def create(self, request: Request) -> Response:
        """Upload a photo. The same file sent again returns 200 with the existing photo."""
        body = PhotoUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file: UploadedFile[bytes] = body.validated_data["file"]
        check_sum(file, request.headers.get(CHECKSUM_HEADER, ""))
        photo, created = upload_photo(owner=person(request), file=file)
        return Response(
            PhotoSerializer(photo).data,
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api-photo-detail", kwargs={"pk": photo.pk})},
        )

    def perform_destroy(self, instance: Photo) -> None:
        """Delete the photo and its files, unless a job still needs it."""
        delete_photo(photo=instance)

    @extend_schema(parameters=[VARIANT], responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture itself."""
        photo = self.get_object()
        files = {"original": photo.file, "preview": photo.preview, "thumb": photo.thumb}
        name = files[chosen(request, "variant", VARIANTS)].name
        return send_media(request, name or "", public=False)


def check_sum(file: "UploadedFile[bytes]", expected: str) -> None:
    """Compare the file with the checksum of the request, if there is one."""
    if not expected:
        return
    if not re.fullmatch(r"[0-9a-fA-F]{64}", expected):
        detail = _("The SHA-256 must have 64 hexadecimal digits.")
        raise Problem.of_field(CHECKSUM_HEADER, "checksum_invalid", detail)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    # The service reads the file from its start.
    file.seek(0)
    if digest.hexdigest() != expected.lower():
        detail = _("The file was damaged during the upload. Send it again.")
        raise Problem.of_field(CHECKSUM_HEADER, "checksum_mismatch", detail)
