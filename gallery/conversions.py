"""Other forms of a picture: each file is made once, kept beside its picture, and goes with it.

A form is another format for downloads, or the small JPEG that other sites show beside a link.

The name of the file follows from the name of the picture, which is new whenever its bytes are new.
"""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404

from common.derivatives import SUFFIXES
from common.sandbox.client import run
from common.sandbox.messages import Message
from common.sandbox.slots import slot
from common.storage import remove_files, save_as
from gallery.models import Artwork, ShareLink
from gallery.recipes import picture_credit
from style_transfer.imaging.metadata.embedding import embed_credit


def conversion_of(name: str, form: str, side: int | None = None) -> str:
    """Return the name of the stored picture `name` in the format `form`, or of a smaller one.

    `side` is the largest side of the smaller picture in px.
    """
    path = PurePosixPath(name)
    size = f"-{side}" if side else ""
    return str(path.with_name(f"{path.stem}-{form}{size}{SUFFIXES[form]}"))


def link_preview_of(name: str) -> str:
    """Return the name of the link preview of the stored picture `name`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-link.jpg"))


def conversions_of(names: Iterable[str]) -> list[str]:
    """Return the names of all conversions and link previews that the pictures `names` can have."""
    return [
        made
        for name in names
        for made in (
            link_preview_of(name),
            *(
                conversion_of(name, form, side)
                for form in SUFFIXES
                for side in (None, *ShareLink.Size.values)
            ),
        )
    ]


def make_conversion(artwork: Artwork, form: str, side: int | None = None) -> None:
    """Store the full picture of `artwork` in the format `form`, at most `side` px large.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture is
    removed at the same time.
    """
    source = str(artwork.file.name)
    _make_once(
        artwork,
        conversion_of(source, form, side),
        lambda: run("convert", _read(source), form=form, side=side or 0),
    )


def make_link_preview(artwork: Artwork) -> None:
    """Store the JPEG that other sites show beside a link to `artwork`; raises as the above."""
    small = str(artwork.preview.name)
    _make_once(
        artwork, link_preview_of(str(artwork.file.name)), lambda: run("link_preview", _read(small))
    )


def _make_once(artwork: Artwork, name: str, make: Callable[[], Message]) -> None:
    """Store what `make` returns under `name`, with the credit of `artwork`."""
    # Only one at a time for each artwork: a request that waited here finds the file.
    with slot("conversions", who=str(artwork.pk)):
        if not default_storage.exists(name):
            made = make()
            credited = embed_credit(made.parts[0], picture_credit(artwork))
            save_as(name, ContentFile(credited))
    # A picture is removed before its conversions, so none is left of a picture that is gone now.
    if not default_storage.exists(str(artwork.file.name)):
        remove_files([name])
        raise Http404


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise Http404 from error
