"""The account of the user, and the tokens of apps that act for the user."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.fields import get_error_detail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import Anyone, HasScope, SignedIn, person
from accounts.api.serializers import (
    ApiTokenSerializer,
    LoginSerializer,
    MeSerializer,
    NewTokenSerializer,
    RegisterSerializer,
    TokenSerializer,
)
from accounts.api.throttles import CallLimit, SignUpLimit
from accounts.languages import store_language
from accounts.models import ApiToken
from accounts.registration import register_person
from accounts.services import set_about, set_display_name
from accounts.tokens import create_token, exchange_password, revoke_token


class LoginView(APIView):
    """Exchanges a name and a password for a token."""

    # An old session or a revoked token of the client must not block the login.
    authentication_classes = ()
    permission_classes = (Anyone,)
    # The sign-in counts wrong passwords itself, as on the page (accounts/login_guard.py).
    throttle_classes = ()

    @extend_schema(request=LoginSerializer, responses={201: NewTokenSerializer}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Exchange a name and password for a token. Only this answer shows the token."""
        request_body = LoginSerializer(data=request.data)
        request_body.is_valid(raise_exception=True)
        row, secret = exchange_password(request=request, **request_body.validated_data)
        return _new_token(row, secret)


class RegisterView(APIView):
    """Registers a new account."""

    authentication_classes = ()
    permission_classes = (Anyone,)
    throttle_classes = (SignUpLimit,)

    @extend_schema(request=RegisterSerializer, responses={201: MeSerializer}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Create an account. Sign in with it afterwards."""
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = register_person(**body.validated_data)
        return Response(MeSerializer(user).data, status=status.HTTP_201_CREATED)


class LogoutView(APIView):
    """Revokes the token of an app."""

    permission_classes = (SignedIn,)

    @extend_schema(request=None, responses={204: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Revoke the token of this call."""
        if isinstance(request.auth, ApiToken):
            revoke_token(token=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(description="My active tokens, without their secrets."),
    destroy=extend_schema(description="Revoke a token. It stops working at once."),
)
class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[ApiToken]):
    """The tokens of the user. Only a session can manage them, not a token."""

    permission_classes = (HasScope,)
    throttle_classes = (CallLimit,)
    serializer_class = ApiTokenSerializer
    queryset = ApiToken.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[ApiToken]:
        """Return the active tokens of the user."""
        # The OpenAPI document is made without a user.
        if not self.request.user.is_authenticated:
            return ApiToken.objects.none()
        return ApiToken.objects.active().filter(owner=self.request.user)

    @extend_schema(request=TokenSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """Create a token. Only this answer shows it. The password is needed again."""
        request_body = TokenSerializer(data=request.data, context={"request": request})
        request_body.is_valid(raise_exception=True)
        row, secret = create_token(owner=person(request), **request_body.validated_data)
        return _new_token(row, secret)

    def perform_destroy(self, instance: ApiToken) -> None:
        """Revoke the token but keep its row, so that a leaked token can still be recognized."""
        revoke_token(token=instance)


class MeView(APIView):
    """The user who makes the call."""

    def get_permissions(self) -> list[Any]:
        """Let every token read; only a session may make changes."""
        return [SignedIn() if self.request.method == "GET" else HasScope()]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return the user who is signed in."""
        return Response(MeSerializer(person(request)).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change the display name, the line about the user, or the language of mails."""
        user = person(request)
        body = MeSerializer(user, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        if "display_name" in body.validated_data:
            try:
                set_display_name(user=user, display_name=body.validated_data["display_name"])
            except ValidationError as error:
                detail = {"display_name": get_error_detail(error)}
                raise serializers.ValidationError(detail) from error
        if "about" in body.validated_data:
            set_about(user=user, about=body.validated_data["about"])
        if "mail_language" in body.validated_data:
            store_language(user=user, language=body.validated_data["mail_language"])
        return Response(MeSerializer(user).data)


def _new_token(row: ApiToken, secret: str) -> Response:
    """Answer with the new token. No cache may keep this answer."""
    data = NewTokenSerializer(row, context={"secret": secret}).data
    return Response(data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})
