"""Forms of galleries, and of pictures that are selected in My pictures."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.models import Gallery


class NewGalleryForm(forms.Form):
    """The title of a new gallery."""

    title = forms.CharField(label=_("Title"), max_length=120)


class GalleryForm(NewGalleryForm):
    """What its owner says about a gallery, and who sees it."""

    text = forms.CharField(
        label=_("About this gallery"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=80,
        help_text=_("The last part of the address of this gallery."),
    )
    layout = forms.ChoiceField(label=_("Layout"), choices=Gallery.Layout.choices)
    visibility = forms.ChoiceField(
        label=_("Who can see it"), choices=Gallery.Visibility.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Any, *, gallery: Gallery) -> None:
        initial = {name: getattr(gallery, name) for name in self.base_fields}
        super().__init__(data, initial=initial)


class IdsField(forms.MultipleChoiceField):
    """Ids of rows. The view looks for the rows."""

    def valid_value(self, value: str) -> bool:
        """Accept every id."""
        try:
            UUID(value)
        except ValueError:
            return False
        return True

    def clean(self, value: Any) -> Any:
        """Return the ids, each once."""
        return list(dict.fromkeys(UUID(each) for each in super().clean(value)))


DEEDS = ("add", "download", "publish", "delete")


class SelectionForm(forms.Form):
    """Selected artworks, and what to do with them."""

    artworks = IdsField()
    deed = forms.ChoiceField(choices=[(each, each) for each in DEEDS])
    gallery = forms.UUIDField(required=False)
    title = forms.CharField(max_length=120, required=False)
    license = forms.CharField(max_length=40, required=False)


class ItemForm(forms.Form):
    """One change of an artwork in a gallery, for browsers without scripts."""

    artwork = forms.UUIDField()
    version = forms.IntegerField(min_value=1)
    deed = forms.ChoiceField(
        choices=[(each, each) for each in ("earlier", "later", "remove", "cover")]
    )
