"""Styles of one's own: a user puts in a picture, and only that user can paint with it."""

from typing import TYPE_CHECKING, Any

from django.core.validators import URLValidator
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import (
    HasScope,
    insufficient_scope,
    person,
    refuse_unknown_method,
)
from accounts.models import ApiToken, Scope
from common.media import send_media
from common.negotiation import AnyAccept
from common.openapi import PICTURE, STORAGE_FULL
from common.queries import chosen
from library.api.serializers import OWN_VARIANTS, StyleSerializer
from library.licenses import UNKNOWN_RIGHTS, USABLE_IN_LIBRARY
from library.models import MAX_ARTIST, MAX_TITLE, MAX_URL, Style
from library.own_styles import (
    RIGHTS,
    Answers,
    add_style,
    change_style,
    delete_own_style,
    offer_style,
    take_back_style,
)

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

VARIANT = OpenApiParameter("variant", str, enum=list(OWN_VARIANTS), default="full")


class OwnerChangesStyles(HasScope):
    """Lets everybody read styles that are visible to them. Only the owner may change one."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let everybody read. `HasScope` decides everything else."""
        refuse_unknown_method(request, view)
        return request.method in SAFE_METHODS or super().has_permission(request, view)

    def is_open(self, view: Any) -> bool:
        """Tell the OpenAPI document whether the operation needs no sign-in."""
        return view.request.method in SAFE_METHODS

    def has_object_permission(self, request: Request, view: Any, obj: Style) -> bool:
        """Let users who are not the owner only read."""
        del view
        return request.method in SAFE_METHODS or obj.owner_id == request.user.pk


def reads_own(request: Request) -> bool:
    """Tell whether the caller may see their own styles: not with a token for other things."""
    token = request.auth
    return not isinstance(token, ApiToken) or Scope.STYLES_READ.value in token.scopes


def check_reads_own(request: Request) -> None:
    """Raise `NotAuthenticated` or the problem of a token that may not see own styles."""
    if not request.user.is_authenticated:
        raise NotAuthenticated
    if not reads_own(request):
        raise insufficient_scope(Scope.STYLES_READ)


class AnswersSerializer(serializers.Serializer[Style]):
    """What I say about a picture of my own."""

    title = serializers.CharField(required=False, max_length=MAX_TITLE)
    artist = serializers.CharField(
        required=False, max_length=MAX_ARTIST, help_text="Who made the picture."
    )
    rights = serializers.ChoiceField(
        RIGHTS,
        required=False,
        help_text="Where the picture comes from: `own-work`, the public domain, a CC license, or "
        f"`{UNKNOWN_RIGHTS}` (the default): then results are for personal use only.",
    )
    source_url = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_URL,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Where the picture was found.",
    )

    @property
    def answers(self) -> Answers:
        """The checked answers."""
        names = ("title", "artist", "rights", "source_url")
        return Answers(**{name: self.validated_data.get(name) for name in names})


class StyleUploadSerializer(AnswersSerializer):
    """A picture to use as a style; the service checks it."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="A JPEG, PNG or WebP file; see /capabilities/."
    )


class OfferSerializer(serializers.Serializer[Style]):
    """The license under which I give my own work to the library."""

    license = serializers.ChoiceField(
        USABLE_IN_LIBRARY, required=False, help_text="Needed for `own-work` only."
    )


class OwnStyleActions(GenericViewSet[Style]):
    """What a user does with their own styles, beside the reads that everybody may do."""

    @extend_schema(
        request={"multipart/form-data": StyleUploadSerializer},
        responses={
            201: StyleSerializer,
            200: OpenApiResponse(StyleSerializer, description="I have this picture already."),
            507: STORAGE_FULL,
        },
    )
    def create(self, request: Request) -> Response:
        """Add a picture as a style that only I see. I can paint with it at once.

        The same file sent again returns 200 with the existing style. If the library has the same
        artwork, `resembles` names its style: it has a label, and a license to publish under.
        """
        body = StyleUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file: UploadedFile[bytes] = body.validated_data["file"]
        style, created = add_style(owner=person(request), file=file, answers=body.answers)
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        place = reverse("api-style-detail", kwargs={"slug": style.slug})
        return self._shown(style, code, {"Location": place})

    @extend_schema(request={"application/json": AnswersSerializer}, responses=StyleSerializer)
    def partial_update(self, request: Request, **_address: Any) -> Response:
        """Rename my style, or change what I said about its rights. Its jobs keep their version."""
        body = AnswersSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._shown(change_style(style=self.get_object(), answers=body.answers))

    @extend_schema(
        responses={204: None, 409: OpenApiResponse(description="Jobs with it wait or run.")}
    )
    def destroy(self, request: Request, **_address: Any) -> Response:
        """Delete my style with its picture. Pictures that were made with it keep their credit."""
        del request
        delete_own_style(style=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=OfferSerializer, responses=StyleSerializer)
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, **_address: Any) -> Response:
        """Offer my style to the library. Curators see it, and decide. It is safe to repeat."""
        body = OfferSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data.get("license", "")
        return self._shown(offer_style(style=self.get_object(), rights=given))

    @extend_schema(request=None, responses=StyleSerializer)
    @offer.mapping.delete
    def take_back(self, request: Request, **_address: Any) -> Response:
        """Take the offer back, as long as curators have not decided. It is safe to repeat."""
        del request
        return self._shown(take_back_style(style=self.get_object()))

    @extend_schema(parameters=[VARIANT], responses=PICTURE)
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, **_address: Any) -> HttpResponseBase:
        """Send the picture of a style: the artwork, or its thumbnail."""
        style = self.get_object()
        files = {"full": style.image or style.sample, "thumb": style.thumb}
        name = files[chosen(request, "variant", OWN_VARIANTS)].name
        return send_media(request, name or "", public=style.is_published)

    def _shown(
        self, style: Style, code: int = status.HTTP_200_OK, headers: dict[str, str] | None = None
    ) -> Response:
        return Response(self.get_serializer(style).data, status=code, headers=headers)
