"""Sign-in of apps: `Authorization: Bearer sw_…`. A token in any other place is ignored."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

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
