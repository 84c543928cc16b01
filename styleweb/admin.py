"""Admin page of the pages about the site."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from styleweb.models import SitePage
from styleweb.site_texts import Language, shipped_text

LANGUAGES: Final[dict[str, Language]] = {"text_en": "en", "text_zh": "zh"}


class SitePageForm(forms.ModelForm):
    """The two texts of a page, filled in with those that come with the software."""

    class Meta:
        model = SitePage
        fields = ("text_en", "text_zh")
        widgets = {
            "text_en": forms.Textarea(attrs={"rows": 18}),
            "text_zh": forms.Textarea(attrs={"rows": 18}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, language in LANGUAGES.items():
            self.initial[field] = self.initial.get(field) or shipped_text(
                self.instance.slug, language
            )

    def clean_text_en(self) -> str:
        """Return the text, or nothing if it is still that of the software, which may get better."""
        return self._unless_shipped("text_en")

    def clean_text_zh(self) -> str:
        """Return the text, or nothing if it is still that of the software, which may get better."""
        return self._unless_shipped("text_zh")

    def _unless_shipped(self, field: str) -> str:
        lines = self.cleaned_data[field].splitlines()
        text = "\n".join(line.rstrip() for line in lines).strip()
        return "" if text == shipped_text(self.instance.slug, LANGUAGES[field]) else text


@admin.register(SitePage)
class SitePageAdmin(admin.ModelAdmin):
    """Five pages, whose texts operators write in two languages."""

    form = SitePageForm
    list_display = ("title_shown", "is_own", "changed_at")
    fields = ("see", "how", "text_en", "text_zh")
    readonly_fields = ("see", "how")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SitePage]:
        """Return all five; the rows are made when they are first needed."""
        missing = set(SitePage.Slug.values) - {*SitePage.objects.values_list("pk", flat=True)}
        SitePage.objects.bulk_create(
            [SitePage(slug=slug) for slug in sorted(missing)], ignore_conflicts=True
        )
        return super().get_queryset(request).order_by("slug")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: there are five pages."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return False: the footer leads to all of them."""
        del request, obj
        return False

    @admin.display(description=_("page"), ordering="slug")
    def title_shown(self, page: SitePage) -> str:
        """Return the title in the language of the administrator."""
        return str(page.title)

    @admin.display(description=_("own text"), boolean=True)
    def is_own(self, page: SitePage) -> bool:
        """Return whether the operator wrote it."""
        return page.is_own

    @admin.display(description=_("changed"), ordering="updated_at", empty_value="–")
    def changed_at(self, page: SitePage) -> datetime | None:
        """Return when the operator changed the text. The time of the row is that of its making."""
        return page.updated_at if page.is_own else None

    @admin.display(description=_("Address"))
    def see(self, page: SitePage) -> str:
        """Show where the page is."""
        address = reverse("site-page", args=[page.slug])
        return format_html('<a href="{}">{}</a>', address, address)

    @admin.display(description=_("How to write"))
    def how(self, page: SitePage) -> str:
        """Explain the few signs that count."""
        del page
        return gettext(
            "A blank line begins a new paragraph. A line that begins with ## is a heading. Web "
            "and email addresses become links. If you write in only one language, all readers "
            "see that text."
        )
