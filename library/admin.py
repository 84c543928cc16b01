"""Admin pages of the library, for curators: which styles are shown, their rights and pictures."""

import re
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin_filters import NamedValuesFilter
from common.sandbox.client import ServerBusy
from common.sandbox.slots import slot
from common.uploads import AcceptedPicture, UploadRefused
from library.credits import attribution, work_of
from library.fetching import missing_pictures
from library.licenses import LICENSES, USABLE_IN_LIBRARY
from library.masterwork_manifest import RECORDED_BY
from library.models import Artist, Evidence, Style
from library.own_styles import take_back_style
from library.plain_words import license_meaning
from library.services import (
    StyleIncomplete,
    StylePicture,
    delete_style,
    publish_style,
    save_style,
    withdraw_style,
)
from library.style_pictures import accept_style_picture

PREVIEW_PX = 320
LISTED_PX = 72


@admin.register(Artist)
class ArtistAdmin(admin.ModelAdmin):
    """The people and projects that made the styles of the library."""

    list_display = ("name", "born", "died")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artist]:
        """Return the artists without those that users named for their own styles."""
        return super().get_queryset(request).filter(owner=None)


class TagsField(forms.CharField):
    """A list of words, written with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """Show the list as text."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the words, each once, in the order in which they were written.

        The commas of Chinese separate them too.
        """
        words = (
            word.strip() for word in re.split("[,\uff0c\u3001]", super().to_python(value) or "")
        )
        return [*dict.fromkeys(word for word in words if word)]


class StyleForm(forms.ModelForm):
    """The record of a style. Its picture is validated in the same way as the photos of users."""

    picture = forms.FileField(
        required=False,
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP. A new picture creates a new version."),
    )

    tags = TagsField(
        required=False,
        label=_("Tags"),
        help_text=_("Words that people search for, separated by commas."),
    )

    def clean_picture(self) -> AcceptedPicture | None:
        """Return the validated picture."""
        file = self.cleaned_data["picture"]
        if not file:
            return None
        try:
            with slot("pictures", who="library"):
                return accept_style_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
        except (UploadRefused, ServerBusy) as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def clean_license(self) -> str:
        """Return the license. That of a published style must allow changed versions."""
        chosen = str(self.cleaned_data["license"])
        # The database refuses this too, but without a sentence for the curator.
        if self.instance.state == Style.State.PUBLISHED and chosen not in USABLE_IN_LIBRARY:
            message = _(
                "A published style must have one of these licenses: %s. To use another "
                "license, withdraw the style first."
            )
            raise ValidationError(message % ", ".join(USABLE_IN_LIBRARY))
        return chosen


class EvidenceInline(admin.StackedInline):
    """The evidence for the statements about the rights of a style, each as a card."""

    model = Evidence
    extra = 0
    verbose_name = _("piece of evidence")
    fieldsets = (
        (None, {"fields": ("statement", "url", ("recorded_by", "recorded_at"))}),
        (_("Hash of the picture"), {"fields": ("picture_sha256",), "classes": ("collapse",)}),
    )
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})},
    }

    def get_formset(self, request: HttpRequest, obj: Style | None = None, **kwargs: Any) -> Any:
        """Fill in who records new evidence, and of which picture."""
        formset = super().get_formset(request, obj, **kwargs)
        fields = formset.form.base_fields
        if "recorded_by" in fields:  # not for a user who may only look
            # Everybody can read it, so it is never the name with which a curator signs in.
            fields["recorded_by"].initial = getattr(request.user, "display_name", "") or RECORDED_BY
            fields["picture_sha256"].initial = obj.image_sha256 if obj else ""
        return formset


@admin.register(Style)
class StyleAdmin(admin.ModelAdmin):
    """Styles with their pictures and licenses, and two actions: publish and withdraw."""

    form = StyleForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = (EvidenceInline,)
    list_display = ("tile", "title", "artist", "state", "owner", "license", "technique", "version")
    list_display_links = ("title",)
    list_filter = ("state", "license", ("technique", NamedValuesFilter))
    list_select_related = ("artist", "owner")
    search_fields = ("title", "slug", "artist__name", "technique")
    ordering = ("position", "title")
    autocomplete_fields = ("artist",)
    prepopulated_fields = {"slug": ("title",)}
    actions = ("publish", "decline", "withdraw")
    readonly_fields = (
        *("preview", "license_facts", "credit", "colors", "state", "owner", "version"),
        *("width", "height"),
        *("image_sha256", "code_sha256", "code_weights", "created_at", "published_at"),
    )
    fieldsets = (
        (None, {"fields": ("preview", "picture", "title", "slug", "artist", "description")}),
        (
            _("Rights"),
            {
                "fields": (
                    *("license", "license_facts", "credit", "source_url", "credit_line"),
                    *("attribution_text", "rights_statement", "restrictions"),
                )
            },
        ),
        (
            _("Label"),
            {
                "fields": (
                    *("date_text", "year_from", "year_to", "medium", "culture", "institution"),
                    *("accession_number", "technique", "tags", "position"),
                )
            },
        ),
        (
            _("Calculated"),
            {
                "fields": (
                    *("state", "owner", "version", "published_at", "created_at", "width", "height"),
                    "colors",
                )
            },
        ),
        (
            _("Hashes"),
            {
                "fields": ("image_sha256", "code_sha256", "code_weights"),
                "classes": ("collapse",),
            },
        ),
    )

    @admin.display(description=_("Picture"))
    def tile(self, style: Style) -> str:
        """Show the picture in the list."""
        return _picture(style, "thumb", LISTED_PX)

    @admin.display(description=_("Picture"))
    def preview(self, style: Style) -> str:
        """Show the picture on its page. If there is no picture, show what is painted for it."""
        return _picture(style, style.shown_as, PREVIEW_PX)

    @admin.display(description=_("What the license allows"))
    def license_facts(self, style: Style) -> str:
        """Show what the license allows and requires."""
        known = LICENSES.get(style.license)
        if known is None:
            return gettext("Choose a license.")
        facts = (
            (gettext("Adaptations"), known.allows_derivatives),
            (gettext("Commercial use"), known.allows_commercial),
            (gettext("Credit required"), known.requires_attribution),
            (gettext("Results under the same license"), known.share_alike),
        )
        rows = ((name, gettext("yes") if holds else gettext("no")) for name, holds in facts)
        listed = format_html_join("", "<li>{}: {}</li>", rows)
        return format_html("<p>{}</p><ul>{}</ul>", license_meaning(style.license), listed)

    @admin.display(description=_("Credit"))
    def credit(self, style: Style) -> str:
        """Show the credit line as it appears under pictures."""
        return attribution([work_of(style)], form="html") if style.artist_id else "-"

    @admin.display(description=_("Main colors"))
    def colors(self, style: Style) -> str:
        """Show the main colors of the picture."""
        return ", ".join(style.palette) or "-"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Style]:
        """Return the styles without those that users keep for themselves."""
        styles = super().get_queryset(request)
        return styles.exclude(state__in=Style.PERSONAL)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to fetch the pictures of masterworks that museums have, above the list."""
        missing = len(missing_pictures().fetchable) if self.has_change_permission(request) else 0
        extra = {**(extra_context or {}), "missing_pictures": missing}
        return super().changelist_view(request, extra)

    def has_delete_permission(self, request: HttpRequest, obj: Style | None = None) -> bool:
        """Return False for the style of a user. Curators decline the offer instead."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.owner_id is None)

    def save_model(self, request: HttpRequest, obj: Style, form: Any, change: Any) -> None:
        """Save the style through its service."""
        del request, change
        # The default saves only the row. The service also writes files and counts versions.
        accepted = form.cleaned_data.get("picture")
        save_style(style=obj, picture=StylePicture(accepted) if accepted else None)

    def delete_model(self, request: HttpRequest, obj: Style) -> None:
        """Delete a style and its files."""
        del request
        delete_style(style=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        """Delete the selected styles and their files."""
        del request
        # The default deletes all rows with one query, and leaves their files.
        for style in queryset:
            delete_style(style=style)

    @admin.action(description=_("Publish selected styles"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        """Publish the styles with a complete record, and show what the others lack."""
        self._decide(request, queryset, lambda style: publish_style(style=style))

    @admin.action(description=_("Decline selected offers of users"), permissions=["change"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        """Give the selected styles in review back to the users who offered them."""
        offered = queryset.filter(state=Style.State.IN_REVIEW, owner__isnull=False)
        self._decide(request, offered, lambda style: take_back_style(style=style))

    @admin.action(description=_("Withdraw selected styles"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        """Withdraw the selected styles that are published."""
        self._decide(request, queryset, lambda style: withdraw_style(style=style))

    def _decide(
        self, request: HttpRequest, styles: QuerySet[Style], decision: Callable[[Style], Style]
    ) -> None:
        """Apply a decision to each style, and show the result."""
        for style in styles.select_related("artist"):
            try:
                state = cast("Any", decision(style)).get_state_display()
                self.message_user(request, f"{style.title}: {state}")
            except StyleIncomplete as refusal:
                self.message_user(request, f"{style.title}: {refusal}", messages.ERROR)


def _picture(style: Style, variant: str, side: int) -> str:
    """Return an image element that fits a square of `side` px.

    Its size is in attributes, because the CSP forbids inline styles.
    """
    if not style.thumb:
        return "-"
    source = reverse("style-file", kwargs={"slug": style.slug, "variant": variant})
    scale = side / max(style.width, style.height, 1)
    width, height = round(style.width * scale), round(style.height * scale)
    return format_html('<img src="{}" width="{}" height="{}" alt="">', source, width, height)
