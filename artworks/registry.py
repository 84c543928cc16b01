"""The list of artworks: each line names a module of this package with ARTWORK and render."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from PIL import Image

    from artworks.artwork import Artwork

MODULES: tuple[str, ...] = (
    "art_deco_night",
    "cross_hatching",
    "gouache_blocks",
    "impasto_swirl",
    "ink_wash",
    "linocut",
    "marbling",
    "mosaic",
    "paper_collage",
    "pointillism",
    "risograph",
    "stained_glass",
    "watercolor",
    "weaving",
    "woodcut",
)


class ArtworkModule(Protocol):
    """A module in the list: its label and its `render` function."""

    ARTWORK: Artwork

    def render(self, *, width: int, height: int, seed: int) -> Image.Image:
        """Paint the artwork; the same arguments return the same pixels."""


def load_artworks() -> dict[str, ArtworkModule]:
    """Return the artwork modules by slug, in the order of the list."""
    found: dict[str, ArtworkModule] = {}
    for name in MODULES:
        module = cast("ArtworkModule", import_module(f"artworks.{name}"))
        found[module.ARTWORK.slug] = module
    return found
