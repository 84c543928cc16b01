"""Forms of the account pages that allauth does not have."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope


class ProfileForm(forms.Form):
    """The name that is shown beside published artworks."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=80,
        required=False,
        help_text=_("Shown with the pictures you publish. Leave empty to show your username."),
    )


class TokenForm(forms.Form):
    """A new token: its name and its permissions."""

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
