"""Words on the labels of the shipped styles, listed for the translators.

The rows of the library have them in English. Templates translate them when they show them.
"""

from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

TECHNIQUES: Final = (
    gettext_noop("Art deco poster (airbrush and gold)"),
    gettext_noop("Gouache"),
    gettext_noop("Impasto"),
    gettext_noop("Ink wash"),
    gettext_noop("Linocut"),
    gettext_noop("Mosaic"),
    gettext_noop("Oil painting"),
    gettext_noop("Painted paper collage"),
    gettext_noop("Paper marbling (ebru)"),
    gettext_noop("Pen and ink, cross-hatched"),
    gettext_noop("Pointillism"),
    gettext_noop("Risograph"),
    gettext_noop("Stained glass"),
    gettext_noop("Tapestry weaving"),
    gettext_noop("Tempera"),
    gettext_noop("Watercolor"),
    gettext_noop("Woodblock print"),
    gettext_noop("Woodcut"),
)
MEDIA: Final = (
    gettext_noop("Oil on canvas"),
    gettext_noop("Oil on jute canvas"),
    gettext_noop("Tempera and crayon on cardboard"),
    gettext_noop("Woodblock print, triptych; ink and color on paper"),
    gettext_noop("Woodblock print; ink and color on paper"),
)


@lru_cache(maxsize=1000)
def in_all_languages(words: str) -> str:
    """Return `words` of a label in each language of the site, for searches."""
    if not words:  # its translation would be the head of the catalog
        return ""
    told = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            told[gettext(words)] = True
    return " ".join(told)
