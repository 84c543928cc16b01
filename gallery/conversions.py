"""Other forms of an artwork: downloads, and the small JPEG that other sites show beside a link."""

from collections.abc import Iterable

from common import conversions
from common.conversions import Form, conversion_of, convert, make_once, read_stored
from common.derivatives import link_preview_name
from common.sandbox.client import run
from gallery.models import Artwork
from gallery.recipes import caption_of, picture_credit
from style_transfer.imaging.metadata.embedding import embed_credit


def conversions_of(names: Iterable[str]) -> list[str]:
    """Return the names of all conversions and link previews that the pictures `names` can have."""
    pictures = list(names)
    return [*map(link_preview_name, pictures), *conversions.conversions_of(pictures)]


def make_conversion(artwork: Artwork, form: Form) -> None:
    """Store the full picture of `artwork` in another form, with its credit.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture is
    removed at the same time.
    """
    source = str(artwork.file.name)

    def make() -> bytes:
        return embed_credit(convert(source, form, caption_of(artwork)), picture_credit(artwork))

    make_once(conversion_of(source, form), source, str(artwork.pk), make)


def make_link_preview(artwork: Artwork) -> None:
    """Store the JPEG that other sites show beside a link to `artwork`; raises as the above."""
    source, small = str(artwork.file.name), str(artwork.preview.name)

    def make() -> bytes:
        made = run("link_preview", read_stored(small))
        return embed_credit(made.parts[0], picture_credit(artwork))

    make_once(link_preview_name(source), source, str(artwork.pk), make)
