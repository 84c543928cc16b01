"""What operators write about their site."""

from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from styleweb.site_texts import shipped_text


class SitePage(models.Model):
    """A page about the site. An empty text stands for the text that comes with the software."""

    class Slug(models.TextChoices):
        ABOUT = "about", _("About this site")
        PRIVACY = "privacy", _("Privacy")
        TERMS = "terms", _("Terms of use")
        CONTACT = "contact", _("Contact")
        TAKEDOWN = "takedown", _("Report a copyright problem")

    MAX_TEXT: Final = 20_000

    slug = models.CharField(_("page"), max_length=20, choices=Slug, primary_key=True)
    text_en = models.TextField(_("English text"), max_length=MAX_TEXT, blank=True)
    text_zh = models.TextField(_("Chinese text"), max_length=MAX_TEXT, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("page about the site")
        verbose_name_plural = _("pages about the site")

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> str | Promise:
        """The title in the language of the reader."""
        return self.Slug(self.slug).label

    @property
    def is_own(self) -> bool:
        """Whether the operator wrote it, in at least one language."""
        return bool(self.text_en.strip() or self.text_zh.strip())

    @property
    def text(self) -> str:
        """The text in the language of the reader.

        If the operator has written only in the other language, that text is shown: the text of the
        software could say something else.
        """
        chinese, english = self.text_zh.strip(), self.text_en.strip()
        if (get_language() or "").startswith("zh"):
            return chinese or english or shipped_text(self.slug, "zh")
        return english or chinese or shipped_text(self.slug, "en")
