"""Forms of the account pages."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.login_guard import confirm_password
from accounts.mail import no_mail_notice
from accounts.models import Scope, User
from accounts.names import normalize_email


class LoginForm(allauth.LoginForm):  # type: ignore[misc]
    """The sign-in, which says what it takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")


class ProfileForm(forms.Form):
    """What others see: the name beside published artworks, and a line about the user."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=80,
        required=False,
        help_text=_("Shown with the pictures you publish. Leave empty to show your username."),
    )
    about = forms.CharField(
        label=_("About you"),
        max_length=160,
        required=False,
        help_text=_("One line for your page. Everyone can read it."),
    )


class PasswordAgainForm(forms.Form):
    """Asks a user who is signed in for the password, so that a stolen session is not enough."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.order_fields([name for name in self.fields if name != "password"])

    def clean_password(self) -> str:
        """Refuse a wrong password. Raises TooManyAttempts after too many wrong ones."""
        password: str = self.cleaned_data["password"]
        if not confirm_password(
            user=_user_of(self.request), password=password, request=self.request
        ):
            raise forms.ValidationError(_("The password is not correct."), code="wrong_password")
        return password

    def clean(self) -> dict[str, Any]:
        """Leave the password out of what the form asks for."""
        super().clean()
        self.cleaned_data.pop("password", None)
        return self.cleaned_data


def token_lifetimes() -> list[tuple[int, str]]:
    """Return the numbers of days that the page offers, with the one of the site among them."""
    numbers = sorted({7, 30, 365, settings.API_TOKEN_DAYS})
    return [
        (days, ngettext("{days} day", "{days} days", days).format(days=days)) for days in numbers
    ]


class TokenForm(PasswordAgainForm):
    """A new token: its name, its permissions and its end."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("For example, the app or device that will use this token."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one permission.")},
    )
    days = forms.TypedChoiceField(
        label=_("Expires after"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=token_lifetimes,
        initial=lambda: settings.API_TOKEN_DAYS,
    )


class EmailForm(PasswordAgainForm):
    """A new email address."""

    address = forms.EmailField(
        label=_("New email"),
        max_length=254,
        help_text=_("We send a link to this address. The change takes effect when you open it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        field = self.fields["address"]
        field.help_text = no_mail_notice() or field.help_text

    def clean_address(self) -> str:
        """Refuse the address that the account has already."""
        address = str(get_adapter().clean_email(self.cleaned_data["address"]))
        if address == _user_of(self.request).email:
            raise forms.ValidationError(_("This is already your email address."), code="same")
        return address


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]
    """The form of allauth, with the limit on wrong passwords."""

    def clean_oldpassword(self) -> str:
        """Refuse a wrong password. Raises TooManyAttempts after too many wrong ones."""
        password = str(self.cleaned_data["oldpassword"])
        if not confirm_password(user=self.user, password=password, request=context.request):
            raise get_adapter().validation_error("enter_current_password")
        return password


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]
    """The form of allauth, but only the confirmed address of an account resets its password."""

    def clean_email(self) -> str:
        """Find the account of the address."""
        address = normalize_email(self.cleaned_data["email"])
        self.users = list(User.objects.filter(email=address, is_active=True))
        return address


def _user_of(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This form is for a user who is signed in.")
    return user
