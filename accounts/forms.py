"""Forms of the account pages that are ours."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope


class ProfileForm(forms.Form):
    """The name shown beside published artworks."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=80,
        required=False,
        help_text=_("Shown beside what you publish. Empty shows your user name."),
    )


class TokenForm(forms.Form):
    """A new token: what it is for and what it may do."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("The app or machine that will use it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
