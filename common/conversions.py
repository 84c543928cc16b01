"""Downloads in other forms: each file is made once, kept beside its picture, and goes with it.

A form is a format, perhaps a smaller size, and perhaps a caption below the picture. The name of the
file follows from the name of the picture, which is new whenever its bytes are new.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, QueryDict

from common.derivatives import SUFFIXES
from common.sandbox.client import run
from common.sandbox.slots import slot
from common.storage import remove_files, save_as

FULL: Final = "full"
# The longest sides in px of smaller downloads.
SIDES: Final = (2048, 1080)
# With those that the links of people allow.
ALL_SIDES: Final = (2048, 1280, 1080)
SIZES: Final = (FULL, *map(str, SIDES))


@dataclass(frozen=True)
class Form:
    """What a download is. Without a format, it has that of the stored picture."""

    format: str = ""
    side: int | None = None
    caption: bool = False

    @property
    def ending(self) -> str:
        """How the names of its files end: the size, if it is not the full one, and the suffix."""
        return (f"-{self.side}" if self.side else "") + SUFFIXES[self.format]

    def is_stored(self, name: str) -> bool:
        """Tell whether this is the stored picture `name` itself."""
        same = not self.format or SUFFIXES[self.format] == PurePosixPath(name).suffix
        return same and self.side is None and not self.caption

    def within(self, most: int | None, longest: int) -> "Form":
        """Return this form of a picture with this longest side, at most `most` px large."""
        side = min(self.side or longest, most or longest)
        return replace(self, side=side if side < longest else None)

    def of_stored(self, name: str) -> "Form":
        """Return this form with the format of the picture `name` if it has none."""
        suffix = PurePosixPath(name).suffix
        own = next((form for form, each in SUFFIXES.items() if each == suffix), "jpeg")
        return Form(self.format or own, self.side, self.caption)


ALL_FORMS: Final = [Form(*each) for each in product(SUFFIXES, (None, *ALL_SIDES), (False, True))]


def form_of(query: QueryDict, longest: int) -> Form:
    """Return the form that the query of an address names, for a picture with this longest side.

    Raises Http404 for a format or a size that does not exist. A size that is not smaller than the
    picture is the full one.
    """
    format_, size = query.get("format", ""), query.get("size", FULL)
    if (format_ and format_ not in SUFFIXES) or size not in SIZES:
        raise Http404
    side = None if size == FULL or int(size) >= longest else int(size)
    return Form(format_, side, query.get("caption", "") in {"1", "true", "on"})


def conversion_of(name: str, form: Form) -> str:
    """Return the name of the stored picture `name` in another form that has a format."""
    path = PurePosixPath(name)
    parts = [path.stem, form.format]
    parts += [str(form.side)] if form.side else []
    parts += ["caption"] if form.caption else []
    return str(path.with_name("-".join(parts) + SUFFIXES[form.format]))


def conversions_of(names: Iterable[str]) -> list[str]:
    """Return the names of all conversions that the pictures `names` can have."""
    return [conversion_of(name, form) for name in names for form in ALL_FORMS]


class Converted(NamedTuple):
    """The file of another form, without metadata, and the perceptual hash of what it shows."""

    data: bytes
    look: str


def convert(source: str, form: Form, caption: Iterable[str] = ()) -> Converted:
    """Return the stored picture `source` in another form.

    Raises `ServerBusy`, or Http404 if the picture is gone.
    """
    lines = list(caption) if form.caption else []
    made = run("convert", read_stored(source), form=form.format, side=form.side, caption=lines)
    return Converted(made.parts[0], str(made.header["look"]))


def make_once(name: str, source: str, who: str, make: Callable[[], bytes]) -> None:
    """Store what `make` returns under `name`, unless it is there.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture
    `source` is removed at the same time.
    """
    # Only one at a time for each picture: a request that waited here finds the file.
    with slot("conversions", who=who):
        if not default_storage.exists(name):
            save_as(name, ContentFile(make()))
    # A picture is removed before its conversions, so none is left of a picture that is gone now.
    if not default_storage.exists(source):
        remove_files([name])
        raise Http404


def read_stored(name: str) -> bytes:
    """Return the bytes of a stored file. Raises Http404 if it is gone."""
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise Http404 from error
