"""The form of the public gallery, and of the tags of an artwork."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.models.tags import MAX_TAG, MAX_TAGS
from gallery.search import COLORS, ORDER_NAMES, USE_NAMES
from library.forms import LONGEST_QUERY
from library.models import MAX_SLUG, Style

MAX_TECHNIQUE: Final = 80
MAX_NAME: Final = 150


class FilterForm(forms.Form):
    """Which artworks of the public gallery to show, and in which order."""

    q = forms.CharField(required=False, max_length=LONGEST_QUERY)
    technique = forms.CharField(required=False, max_length=MAX_TECHNIQUE)
    use = forms.ChoiceField(required=False, choices=USE_NAMES)
    color = forms.ChoiceField(required=False, choices=COLORS)
    sort = forms.ChoiceField(required=False, choices=ORDER_NAMES)
    style = forms.SlugField(required=False, max_length=MAX_SLUG)
    tag = forms.CharField(required=False, max_length=MAX_TAG)
    person = forms.CharField(required=False, max_length=MAX_NAME)

    @property
    def wish(self) -> dict[str, Any]:
        """The values that are given and valid. A value that is not valid filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TagsForm(forms.Form):
    """The tags of an artwork, in one line."""

    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        # The service says which tag is too long, and when there are too many.
        max_length=2 * MAX_TAGS * (MAX_TAG + 2),
        help_text=_("With commas between them, such as: sea, boats, evening."),
    )


def techniques() -> list[str]:
    """Return the techniques of the published styles."""
    named = Style.objects.published().exclude(technique="").order_by("technique")
    return list(named.values_list("technique", flat=True).distinct())
