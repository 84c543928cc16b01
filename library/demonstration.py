"""Photos that the project may ship, painted by its own engine; scripts/make_demo_pairs.py paints.

The photos come with scikit-image; static/demo/CREDITS.md says under which terms.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Pair:
    """A photo that everybody may see and the style that it was painted in."""

    name: str
    title: Promise
    photographer: str
    terms: Promise
    style: str
    width: int
    height: int

    @property
    def before(self) -> str:
        """The static path of the photo."""
        return f"demo/{self.name}-before.webp"

    @property
    def after(self) -> str:
        """The static path of the painting."""
        return f"demo/{self.name}-after.webp"


PAIRS: tuple[Pair, ...] = (
    Pair("cat", _("Chelsea"), "Stéfan van der Walt", _("CC0"), "impasto-swirl", 960, 640),
    Pair("rocket", _("Rocket launch"), "SpaceX", _("public domain"), "woodcut", 960, 640),
    Pair("coffee", _("Coffee at Pikolo"), "Rachel Michetti", _("CC0"), "pointillism", 960, 640),
)
