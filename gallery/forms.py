"""Forms of artworks."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.licensing import RIGHTS
from library.licenses import OWN_WORK, UNKNOWN_RIGHTS, LicenseId
from library.plain_words import license_meaning, license_name


class TitleForm(forms.Form):
    """The name of an artwork; empty means untitled."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)


class KeepForm(TitleForm):
    """The name of a result that is kept, and the gallery that it goes in."""

    gallery = forms.UUIDField(required=False)


_IN_WORDS: Final = {
    OWN_WORK: _("I made it myself"),
    LicenseId.PDM.value: _("It is in the public domain"),
    UNKNOWN_RIGHTS: _("I do not know"),
}


class UploadForm(forms.Form):
    """A picture that was made elsewhere, and what the user says about it; the service checks it."""

    file = forms.FileField(
        label=_("Picture"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP."),
    )
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    alt_text = forms.CharField(
        label=_("Description for people who cannot see the picture"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    rights = forms.ChoiceField(
        label=_("Where does the picture come from?"),
        choices=[(each, _IN_WORDS.get(each) or license_name(each)) for each in RIGHTS],
        help_text=_("This decides whether and how you can publish the picture."),
    )
    creator = forms.CharField(
        label=_("Who made it"),
        max_length=160,
        required=False,
        help_text=_("Leave empty if you made it yourself."),
    )


class PublishForm(forms.Form):
    """How an artwork is shown to everyone, with a license that its styles allow."""

    alt_text = forms.CharField(
        label=_("Description for people who cannot see the picture"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A proposal is filled in. Say what the picture shows, if you can."),
    )
    shows_before = forms.BooleanField(label=_("Also show my original photo"), required=False)

    def __init__(self, *args: Any, licenses: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each, license_name(each)) for each in licenses]
        self.fields["license"] = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
        self.meanings = {each: license_meaning(each) for each, _name in choices}
