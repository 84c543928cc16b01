"""Import one record of a manifest into the library."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from common.uploads import AcceptedPicture
from library.models import Artist, Evidence, Style
from library.services import StyleEmbedding, StylePicture, publish_style, save_style
from library.style_pictures import accept_style_picture

# Curators may import scans that are larger than the photos of users.
MAX_PICTURE_BYTES: Final = 50 * 2**20


@dataclass
class Loaded:
    """The slugs that an import created, updated or did not change."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Record:
    """One record of a manifest: the slug, the artist, the path of its picture, the other fields.

    `artist_facts` are the fields of an artist that the library does not know yet. `evidence` are
    rows that support the statements about the rights of the style.
    """

    slug: str
    artist: str
    path: Path
    values: Mapping[str, Any]
    artist_facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, Any]] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def is_in_library(self) -> bool:
        """Whether the library has the same picture under this slug."""
        return Style.objects.filter(slug=self.slug, image_sha256=self.sha256).exists()

    def picture(self) -> AcceptedPicture:
        """Return the validated picture. Raises `UploadRefused`."""
        return read_picture(self.path)


def read_picture(path: Path) -> AcceptedPicture:
    """Return the validated picture in a file. Raises `UploadRefused`."""
    with path.open("rb") as file:
        return accept_style_picture(file, max_bytes=MAX_PICTURE_BYTES)


def import_record(
    record: Record,
    loaded: Loaded,
    *,
    picture: StylePicture | None = None,
    code: StyleEmbedding | None = None,
    publish: bool,
) -> None:
    """Save a style that is new, or that has a new picture or code. `publish` publishes a new style.

    A changed style keeps its state, so a style that curators withdrew stays withdrawn.
    """
    style = Style.objects.filter(slug=record.slug).first()
    is_new = style is None
    style = style or Style(slug=record.slug)
    # A known artist keeps its facts, because curators may have corrected them.
    style.artist, _made = Artist.objects.get_or_create(
        name=record.artist, owner=None, defaults=dict(record.artist_facts)
    )
    for name, value in record.values.items():
        setattr(style, name, value)
    save_style(style=style, picture=picture, code=code)
    for each in record.evidence:
        Evidence.objects.get_or_create(style=style, statement=each["statement"], defaults=each)
    if publish and is_new:
        publish_style(style=style)
    (loaded.created if is_new else loaded.updated).append(record.slug)
