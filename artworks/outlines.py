"""Outlines written as text, as in SVG, so that a drawing stays readable in code."""

from __future__ import annotations


def outline(text: str) -> list[tuple[float, float]]:
    """Return the points, as x and y in units, of a text like `40,150 110,96`.

    Raises `ValueError` if a point is not two numbers.
    """
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]
