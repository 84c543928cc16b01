"""Sign-in of apps: `Authorization: Bearer sw_…`. A token in any other place is ignored."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.guests import guest_of
from accounts.models import ApiToken, User
from accounts.tokens import find_token

SCHEME = "Bearer"


class ApiTokenAuthentication(BaseAuthentication):
    """Signs in the owner of the token in the Authorization header."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the user and the token, or None if the header is missing or of another kind.

        Raises `AuthenticationFailed` for a token that is malformed, unknown, expired or revoked.
        """
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.lower().encode():
            return None
        token = find_token(value.strip().decode("ascii", errors="replace"))
        if token is None:
            detail = _("This token does not exist, has expired or was revoked. Create a new one.")
            raise AuthenticationFailed(detail, code="token_invalid")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:  # DRF calls it with the request
        """Return the WWW-Authenticate header of a 401."""
        return f'{SCHEME} realm="styleweb"'


class BrowserAuthentication(SessionAuthentication):
    """Signs in the user of the session, or lets its guest do what the view allows to guests.

    A view lists these operations in `guest_operations`, by the names of its methods. A view without
    this list refuses every guest.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the user or the guest of the session. Raises PermissionDenied for a bad form."""
        if signed_in := super().authenticate(request):
            return signed_in
        view = (request.parser_context or {}).get("view")
        operation = getattr(view, "action", None) or (request.method or "").lower()
        if operation not in getattr(view, "guest_operations", ()):
            return None
        guest = guest_of(request._request)  # noqa: SLF001  # DRF's own way to Django's request
        if guest is None:
            return None
        self.enforce_csrf(request)
        return guest, None


class BrowserScheme(SessionScheme):
    """Describes the cookie of the session in the OpenAPI document."""

    target_class = "accounts.api.authentication.BrowserAuthentication"


class ApiTokenScheme(OpenApiAuthenticationExtension):
    """Describes the token in the OpenAPI document."""

    target_class = ApiTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the security scheme object."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of yours, from `POST /auth/login/` or the account page.",
        }
