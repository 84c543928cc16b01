"""Forms of artworks."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from library.plain_words import license_meaning, license_name


class TitleForm(forms.Form):
    """The name of an artwork; empty means untitled."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)


class KeepForm(TitleForm):
    """The name of a result that is kept, and the gallery that it goes in."""

    gallery = forms.UUIDField(required=False)


class PublishForm(forms.Form):
    """How an artwork is shown to everyone, with a license that its styles allow."""

    alt_text = forms.CharField(
        label=_("Description for people who cannot see the picture"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    shows_before = forms.BooleanField(label=_("Also show my original photo"), required=False)

    def __init__(self, *args: Any, licenses: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each, license_name(each)) for each in licenses]
        self.fields["license"] = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
        self.meanings = {each: license_meaning(each) for each, _name in choices}
