"""Other forms of an artwork: downloads, and the small JPEG that other sites show beside a link."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import PurePosixPath

from django.core.files.storage import default_storage

from common import conversions
from common.conversions import Form, conversion_of, convert, make_once, read_stored
from common.derivatives import link_preview_name
from common.passports import with_provenance, withhold_recipe
from common.sandbox.client import run
from gallery.models import Artwork
from gallery.recipes import caption_of, provenance_of


def conversions_of(names: Iterable[str]) -> list[str]:
    """Return the names of all files that can be made of the full picture and its small versions.

    The full picture is the first of `names`.
    """
    full, *small = names
    made = [link_preview_name(full), *conversions.conversions_of([full])]
    return [*made, *map(without_recipe, [full, *small, *made])]


def without_recipe(name: str) -> str:
    """Return the name of a stored file in the form for those who may not see the recipe."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-plain{path.suffix}"))


def make_without_recipe(artwork: Artwork, name: str, make: Callable[[], None] | None) -> None:
    """Store the file `name`, which `make` makes if it is missing, without the recipe.

    Raises as the functions below.
    """
    if make is not None and not default_storage.exists(name):
        make()
    source = str(artwork.file.name)
    plain = partial(_withheld, name)
    make_once(without_recipe(name), source, str(artwork.pk), plain)


def _withheld(name: str) -> bytes:
    return withhold_recipe(read_stored(name))


def make_conversion(artwork: Artwork, form: Form) -> None:
    """Store the full picture of `artwork` in another form, with its credit.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture is
    removed at the same time.
    """
    source = str(artwork.file.name)

    def make() -> bytes:
        made = convert(source, form, caption_of(artwork))
        return with_provenance(made.data, provenance_of(artwork), made.look)

    make_once(conversion_of(source, form), source, str(artwork.pk), make)


def make_link_preview(artwork: Artwork) -> None:
    """Store the JPEG that other sites show beside a link to `artwork`; raises as the above."""
    source, small = str(artwork.file.name), str(artwork.preview.name)

    def make() -> bytes:
        made = run("link_preview", read_stored(small))
        return with_provenance(made.parts[0], provenance_of(artwork), str(made.header["look"]))

    make_once(link_preview_name(source), source, str(artwork.pk), make)
