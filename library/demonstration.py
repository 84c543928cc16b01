"""Photos that the project may ship. scripts/make_demo_pairs.py paints them with the engine.

The photos are from scikit-image. Their terms are in static/demo/CREDITS.md.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Pair:
    """A photo that everybody may see, and the style of its painting."""

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
