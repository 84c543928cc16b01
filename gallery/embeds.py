"""The frame in which another site shows an artwork."""

from typing import Final, TypedDict

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from gallery.models import Artwork

WIDTH: Final = 640
LEAST_WIDTH: Final = 200
LABEL_HEIGHT: Final = 96  # of the words below the picture
FRAME: Final = '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>'


class Frame(TypedDict):
    """The HTML of a frame, and its size in pixels."""

    html: str
    width: int
    height: int


def frame_of(
    request: HttpRequest,
    artwork: Artwork,
    most_width: int | None = None,
    most_height: int | None = None,
) -> Frame:
    """Return a frame in which the picture and its label fit."""
    width, height = _size(artwork, most_width or WIDTH, most_height)
    page = request.build_absolute_uri(reverse("artwork-embed", args=[artwork.pk]))
    html = format_html(FRAME, page, width, height, artwork)
    return {"html": html, "width": width, "height": height}


def _size(artwork: Artwork, most_width: int, most_height: int | None) -> tuple[int, int]:
    width = min(WIDTH, most_width)
    height = round(width * artwork.height / artwork.width) + LABEL_HEIGHT
    if most_height is None or height <= most_height:
        return width, height
    # The page shows the whole picture in any frame; the label needs some room below it.
    room = max(1, most_height - LABEL_HEIGHT)
    fitting = max(LEAST_WIDTH, round(room * artwork.width / artwork.height))
    return min(width, fitting), most_height
