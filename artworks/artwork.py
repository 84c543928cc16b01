"""What an artwork module exposes: its label and its painter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """The museum label of one artwork, with the proportions and the seed it is shipped with."""

    slug: str
    title: str
    technique: str
    description: str
    tags: tuple[str, ...]
    palette_note: str
    aspect: tuple[int, int] = (1, 1)
    seed: int = 7

    def size(self, longest: int) -> tuple[int, int]:
        """Return the width and height in px whose longer one is `longest`."""
        across, down = self.aspect
        unit = longest / max(across, down)
        return max(1, round(across * unit)), max(1, round(down * unit))
