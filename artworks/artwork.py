"""The label of an artwork: what its module says about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """The museum label of one artwork, with its proportions and its seed as shipped."""

    slug: str
    title: str
    technique: str
    description: str
    tags: tuple[str, ...]
    palette_note: str
    aspect: tuple[int, int] = (1, 1)
    seed: int = 7

    def size(self, longest: int) -> tuple[int, int]:
        """Return width and height in px; the longer one is `longest`, the other at least 1."""
        across, down = self.aspect
        unit = longest / max(across, down)  # px per part of the aspect
        return max(1, round(across * unit)), max(1, round(down * unit))
