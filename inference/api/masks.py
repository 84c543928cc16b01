"""My masks: where in a photo a job may paint."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
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
from inference.models import Mask, Photo
from inference.services.masks import delete_mask, upload_mask


class MaskSerializer(serializers.ModelSerializer[Mask]):
    """One of my masks. It belongs to one photo, and is deleted with the last job that uses it."""

    url = serializers.SerializerMethodField(help_text="Address of the gray picture.")

    class Meta:
        model = Mask
        fields = ["id", "photo", "width", "height", "bytes", "sha256", "created_at", "url"]
        read_only_fields = fields
        extra_kwargs = {"sha256": {"help_text": "SHA-256 of the file as it was sent."}}

    def get_url(self, mask: Mask) -> str:
        """Return the address of the file."""
        return reverse("api-mask-file", kwargs={"pk": mask.pk})


class MaskUploadSerializer(serializers.Serializer[Mask]):
    """A picture file and the photo it is for."""

    photo = serializers.UUIDField(help_text="The id of one of my photos.")
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="White is painted, black stays. JPEG, PNG or WebP, as wide and high as the photo "
        "or in the same proportions; transparent places are black.",
    )

    def validate_photo(self, value: UUID) -> Photo:
        """Find the user's own photo."""
        photo = Photo.objects.visible_to(self.context["request"].user).filter(pk=value).first()
        if photo is None:
            detail = _("This photo does not exist, or it is not yours.")
            raise Problem.of_field("photo", "unknown_photo", detail)
        return photo


@extend_schema_view(
    destroy=extend_schema(responses={204: None, 409: OpenApiResponse(description="A job uses it.")})
)
@answers_conditionally
class MaskViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Mask],
):
    """The masks of the user, newest first."""

    read_scope = Scope.PHOTOS_READ
    write_scope = Scope.PHOTOS_WRITE
    parser_classes = (UploadParser,)
    serializer_class = MaskSerializer
    queryset = Mask.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Mask]:
        """Return the user's own masks."""
        return Mask.objects.visible_to(self.request.user)

    @extend_schema(
        request={"multipart/form-data": MaskUploadSerializer},
        responses={
            201: MaskSerializer,
            200: OpenApiResponse(MaskSerializer, description="This mask was uploaded before."),
            507: STORAGE_FULL,
        },
    )
    def create(self, request: Request) -> Response:
        """Upload a mask for a photo, and name it in a job as `mask`.

        A mask that no job uses within a day is deleted.
        """
        body = MaskUploadSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        mask, created = upload_mask(owner=person(request), **body.validated_data)
        return Response(
            MaskSerializer(mask).data,
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api-mask-detail", kwargs={"pk": mask.pk})},
        )

    def perform_destroy(self, instance: Mask) -> None:
        """Delete the mask, unless a job uses it."""
        delete_mask(mask=instance)

    @extend_schema(responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the gray picture itself."""
        return send_media(request, self.get_object().file.name or "", public=False)
