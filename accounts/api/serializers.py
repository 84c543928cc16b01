"""Users and tokens as the API shows them."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.login_guard import confirm_password
from accounts.models import ApiToken, Scope, User
from accounts.tokens import LONGEST_DAYS
from common.fields import BoundedListField


class MeSerializer(serializers.ModelSerializer[User]):
    """The user who is signed in."""

    public_name = serializers.CharField(
        read_only=True, help_text="The name beside published artworks."
    )

    language = serializers.ChoiceField(
        settings.LANGUAGES,
        source="mail_language",
        required=False,
        help_text="The language of mails: the one that was chosen last.",
    )

    class Meta:
        model = User
        fields = [
            *("id", "username", "email", "display_name", "public_name", "about", "language"),
            "date_joined",
        ]
        read_only_fields = ["id", "username", "email", "date_joined"]


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token without its secret, which is stored only as a hash."""

    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), read_only=True)

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at"]
        read_only_fields = fields


class NewTokenSerializer(ApiTokenSerializer):
    """A new token. Only this answer shows its secret."""

    token = serializers.SerializerMethodField(help_text="Shown only here; keep it.")

    class Meta(ApiTokenSerializer.Meta):
        fields = [*ApiTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields

    def get_token(self, _row: ApiToken) -> str:
        """Return the secret that the view passed in the context."""
        return str(self.context["secret"])


class NewTokenFieldsSerializer(serializers.Serializer[ApiToken]):
    """The name and scopes of a new token."""

    name = serializers.CharField(max_length=80, help_text="You recognize the token by it.")
    scopes = BoundedListField(
        child=serializers.ChoiceField(Scope.choices),
        allow_empty=False,
        max_length=len(Scope.choices),
        help_text="What the token may do. Writing does not include reading.",
    )
    days = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        help_text="The token expires after this number of days. A new password ends it, too.",
    )


class TokenSerializer(NewTokenFieldsSerializer):
    """A request of a signed-in user for a token. The user sends the password again."""

    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=128)

    def validate_password(self, value: str) -> str:
        """Refuse a password that is not the password of the user."""
        request = self.context["request"]
        if not confirm_password(user=request.user, password=value, request=request):
            raise serializers.ValidationError(
                _("The password is not correct."), code="wrong_password"
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Leave the password out of what is asked for."""
        return {name: value for name, value in attrs.items() if name != "password"}


class LoginSerializer(NewTokenFieldsSerializer):
    """A request of an app for a token, with the name and password of the user."""

    login = serializers.CharField(max_length=254, help_text="Username or email.")
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=128)
    name = serializers.CharField(max_length=80, default="App")
    scopes = BoundedListField(
        child=serializers.ChoiceField(Scope.choices),
        allow_empty=False,
        max_length=len(Scope.choices),
        default=lambda: list(Scope.values),
        help_text="Without it the token may do everything that tokens may.",
    )


class RegisterSerializer(serializers.Serializer[User]):
    """A new account, with the same rules as the sign-up page."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=128)

    def validate_username(self, value: str) -> str:
        """Refuse a name that is not allowed, already taken, or looks like another name."""
        return str(get_adapter().clean_username(value))

    def validate_email(self, value: str) -> str:
        """Refuse an email address that already has an account."""
        address = str(get_adapter().clean_email(value))
        if User.objects.filter(email=address).exists():
            detail = _("An account with this email already exists. Sign in instead.")
            raise serializers.ValidationError(detail, code="email_taken")
        return address

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """Refuse a password that is short, common or similar to the name."""
        # The rules compare the password with the name and the email address.
        person = User(username=attrs["username"], email=attrs["email"])
        try:
            get_adapter().clean_password(attrs["password"], user=person)
        except ValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from error
        return attrs
