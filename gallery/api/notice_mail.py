"""Which of my notices I also get by mail."""

from typing import Any, TypedDict

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import HasScope, person
from accounts.email_proof import is_confirmed
from accounts.mail import sends_mail
from accounts.models import Scope, User
from gallery.mailing.choices import modes_of, set_modes
from gallery.models import Notice
from gallery.models.notice_mails import MailMode


class NoticeModesSerializer(serializers.Serializer[Any]):
    """For each kind of notice, whether it comes by mail."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return one choice for each kind."""
        return {
            kind: serializers.ChoiceField(MailMode.choices, required=False)
            for kind in Notice.Kind.values
        }


class NoticeMailSerializer(serializers.Serializer[Any]):
    """Whether and when my notices come by mail."""

    kinds = NoticeModesSerializer(
        help_text="At once, in a daily digest, or not at all. Kinds that are left out stay."
    )
    email = serializers.EmailField(read_only=True)
    is_confirmed = serializers.BooleanField(
        read_only=True, help_text="Nothing is sent to an address that is not confirmed."
    )
    sends_mail = serializers.BooleanField(
        read_only=True, help_text="False on a site without a mail server."
    )
    language = serializers.ChoiceField(
        settings.LANGUAGES, read_only=True, help_text="The language of the mails; see /me/."
    )


class NoticeMailState(TypedDict):
    """The answer of the operations below."""

    kinds: dict[str, str]
    email: str
    is_confirmed: bool
    sends_mail: bool
    language: str


class NoticeMailView(APIView):
    """My notices by mail."""

    read_scope = Scope.ARTWORKS_READ
    write_scope = Scope.ARTWORKS_WRITE
    permission_classes = (HasScope,)

    @extend_schema(responses=NoticeMailSerializer, tags=["notices"])
    def get(self, request: Request) -> Response:
        """Return which of my notices come by mail."""
        return Response(NoticeMailSerializer(_state_of(person(request))).data)

    @extend_schema(request=NoticeMailSerializer, responses=NoticeMailSerializer, tags=["notices"])
    def patch(self, request: Request) -> Response:
        """Change which of my notices come by mail."""
        body = NoticeMailSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        set_modes(owner=person(request), modes=body.validated_data.get("kinds", {}))
        return Response(NoticeMailSerializer(_state_of(person(request))).data)


def _state_of(user: User) -> NoticeMailState:
    return {
        "kinds": modes_of(user),
        "email": user.email,
        "is_confirmed": is_confirmed(user),
        "sends_mail": sends_mail(),
        "language": user.mail_language,
    }
