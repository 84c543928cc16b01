"""The search of the style library, and what a user says about a style of their own."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from library.licenses import OWN_WORK, UNKNOWN_RIGHTS, USABLE_IN_LIBRARY, LicenseId
from library.models import MAX_ARTIST, MAX_TITLE, MAX_URL, Style
from library.own_styles import RIGHTS, Answers
from library.plain_words import license_meaning, license_name

LONGEST_QUERY = 200
LICENSED: Final = "license"
# The answers to the question where a picture comes from. A CC license is chosen in a second field.
SOURCES: Final = (
    (OWN_WORK, _("I made it myself")),
    (LicenseId.PDM.value, _("It is in the public domain")),
    (LICENSED, _("It has a Creative Commons license")),
    (UNKNOWN_RIGHTS, _("I do not know")),
)
CC_LICENSES: Final = [each for each in RIGHTS if each not in dict(SOURCES)]


class SearchForm(forms.Form):
    """Reads the query of the page of styles."""

    q = forms.CharField(required=False, max_length=LONGEST_QUERY)
    technique = forms.CharField(required=False, max_length=80)


class AnswersForm(forms.Form):
    """What a user says about a picture of their own."""

    title = forms.CharField(label=_("Title"), required=False, max_length=MAX_TITLE)
    source = forms.ChoiceField(
        label=_("Where does the picture come from?"),
        choices=SOURCES,
        initial=UNKNOWN_RIGHTS,
        widget=forms.RadioSelect,
        help_text=_("This decides whether you can publish pictures made in this style."),
    )
    license = forms.ChoiceField(
        label=_("Its Creative Commons license"),
        choices=[(each, license_name(each)) for each in CC_LICENSES],
        initial=LicenseId.BY.value,
        required=False,
    )
    artist = forms.CharField(label=_("Who made it"), required=False, max_length=MAX_ARTIST)
    source_url = forms.URLField(
        label=_("Web address where you found it"),
        required=False,
        max_length=MAX_URL,
        assume_scheme="https",
    )

    @property
    def answers(self) -> Answers:
        """The checked answers."""
        data = self.cleaned_data
        rights = data["source"] if data["source"] != LICENSED else data["license"]
        return Answers(
            title=data["title"],
            artist=data["artist"],
            rights=rights or LicenseId.BY.value,
            source_url=data["source_url"],
        )


class OwnStyleForm(AnswersForm):
    """A picture to use as a style; the service checks it."""

    file = forms.FileField(
        label=_("Picture"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP."),
    )
    field_order = ("file", "title", "source", "license", "artist", "source_url")


class OfferForm(forms.Form):
    """The license under which a user gives their own work to the library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [each for each in USABLE_IN_LIBRARY if each != LicenseId.PDM]
        self.fields["license"] = forms.ChoiceField(
            label=_("Give it under this license"),
            choices=[(each, f"{license_name(each)}: {license_meaning(each)}") for each in free],
            initial=LicenseId.BY.value,
            required=False,
        )


def answers_of(style: Style) -> AnswersForm:
    """Return the form that changes what the owner says about `style`, filled in."""
    licensed = style.license in CC_LICENSES
    initial = {
        "title": style.title,
        "source": LICENSED if licensed else style.license,
        "license": style.license if licensed else LicenseId.BY.value,
        "artist": style.artist.name,
        "source_url": style.source_url,
    }
    return AnswersForm(initial=initial, auto_id=f"{style.slug}-%s")
