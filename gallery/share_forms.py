"""Forms of share links: what a link allows, and the password of a visitor."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from gallery.models import ShareLink
from gallery.models.shares import PRESET_DAYS

LONGEST_PASSWORD: Final = 128
KEEP: Final = "keep"
NEVER: Final = "never"
NO_DOWNLOAD: Final = "no"
FULL: Final = "full"
ENDS: Final = [
    ("1", _("after 1 day")),
    ("7", _("after 7 days")),
    (str(PRESET_DAYS), _("after 30 days")),
    ("90", _("after 90 days")),
    ("365", _("after one year")),
    (NEVER, _("when I revoke it")),
]
DOWNLOADS: Final = [
    (NO_DOWNLOAD, _("No")),
    *((str(value), label) for value, label in ShareLink.Size.choices),
    (FULL, _("Yes, the full picture")),
]


class UnlockForm(forms.Form):
    """The password of a link, from a visitor."""

    password = forms.CharField(
        label=_("Password"), max_length=LONGEST_PASSWORD, widget=forms.PasswordInput
    )


class ShareForm(forms.Form):
    """What visitors with a new link may see and do."""

    ends = forms.ChoiceField(label=_("The link ends"), choices=ENDS, initial=str(PRESET_DAYS))
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        required=False,
        # Shown while it is typed, because its owner has to tell it to others.
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Optional. Send it to your visitors in another message than the link."),
    )
    download = forms.ChoiceField(label=_("Visitors may download"), choices=DOWNLOADS, initial=FULL)
    shows_photo = forms.BooleanField(label=_("Also show my original photo"), required=False)
    shows_recipe = forms.BooleanField(
        label=_("Show the styles and settings"), required=False, initial=True
    )

    def values(self) -> dict[str, Any]:
        """Return the values of the link that the valid form asks for."""
        given = self.cleaned_data
        download = given["download"]
        values = {
            "password": given["password"],
            "allows_download": download != NO_DOWNLOAD,
            "max_side": None if download in {NO_DOWNLOAD, FULL} else int(download),
            "shows_photo": given["shows_photo"],
            "shows_recipe": given["shows_recipe"],
        }
        if given["ends"] != KEEP:
            days = None if given["ends"] == NEVER else timedelta(days=int(given["ends"]))
            values["expires_at"] = days and timezone.now() + days
        return values


class LinkForm(ShareForm):
    """Another choice of what visitors with a link may see and do."""

    without_password = forms.BooleanField(label=_("Remove the password"), required=False)

    def __init__(self, data: Any, *, link: ShareLink) -> None:
        download = str(link.max_side or FULL) if link.allows_download else NO_DOWNLOAD
        initial = {
            "ends": KEEP,
            "download": download,
            "shows_photo": link.shows_photo,
            "shows_recipe": link.shows_recipe,
        }
        super().__init__(data, initial=initial)
        end = link.expires_at
        words = date_format(timezone.localtime(end), "DATETIME_FORMAT") if end else ENDS[-1][1]
        self.fields["ends"].choices = [(KEEP, words), *ENDS]  # type: ignore[attr-defined]
        if link.password:
            self.fields["password"].help_text = _("Leave empty to keep the password.")
        else:
            del self.fields["without_password"]

    def values(self) -> dict[str, Any]:
        """Return the changed values."""
        values = super().values()
        if not values["password"] and not self.cleaned_data.get("without_password"):
            del values["password"]
        return values
