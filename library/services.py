"""All writes to the library: save styles with pictures and codes, publish, withdraw, delete."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image

from common.derivatives import Encoded
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from common.uploads import AcceptedPicture
from library.licenses import USABLE_IN_LIBRARY
from library.models import Artist, Style
from library.palette import main_colors
from style_transfer.core.embedding_header import artwork_in

FOLDER: Final = "styles"
PUBLISHABLE_FROM: Final = (Style.State.DRAFT, Style.State.IN_REVIEW, Style.State.WITHDRAWN)


class StyleIncomplete(Exception):
    """The record lacks something that a published style needs. `reasons` names each part."""

    code = "style_incomplete"
    status: ClassVar[int] = 422

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        sentence = _("The record is incomplete. Still missing: %(parts)s.") % {
            "parts": ", ".join(self.reasons)
        }
        super().__init__(sentence)


class StylePicture:
    """A picture that passed upload validation, and everything that is stored for it.

    `verbatim` is a file of the project that is stored unchanged. All other files are encoded again.
    """

    def __init__(self, accepted: AcceptedPicture, verbatim: Encoded | None = None) -> None:
        self.size = (accepted.width, accepted.height)
        self.sha256 = accepted.sha256
        self.kept = verbatim or accepted.kept
        self.small = accepted.small
        # The preview is not stored.
        self.stored_bytes = len(self.kept.data) + len(self.small.thumb)
        # Needs numpy, which a process that stores no style does without.
        from style_transfer.imaging.perceptual_hash import perceptual_hash

        with Image.open(io.BytesIO(accepted.small.preview)) as preview:
            self.palette = main_colors(preview)
            self.perceptual_hash = perceptual_hash(preview)


@dataclass(frozen=True)
class StyleEmbedding:
    """What the engine computed from an artwork, as bytes that only the engine can read.

    `weights` is the SHA-256 of the encoder that made the bytes. `sample` is one of the project's
    photos, painted with them, and `swatch` is an abstract picture; a style with a picture needs
    neither.
    """

    data: bytes
    weights: str
    sample: StylePicture | None = None
    swatch: StylePicture | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the code."""
        return hashlib.sha256(self.data).hexdigest()


def save_style(
    *, style: Style, picture: StylePicture | None = None, code: StyleEmbedding | None = None
) -> Style:
    """Save a new or changed `style`. `picture` and `code` replace the old ones.

    A new picture, code or license makes a new version. New pictures of the same code do not. If
    the row cannot be saved, no new file is left.
    """
    with files_of_a_row() as row_files:
        write_style(style, row_files, picture=picture, code=code)
    return style


def write_style(
    style: Style,
    row_files: RowFiles,
    *,
    picture: StylePicture | None = None,
    code: StyleEmbedding | None = None,
) -> None:
    """Save `style` as `save_style` does, in the transaction of `row_files`."""
    old = Style.objects.select_for_update().filter(pk=style.pk).first()
    if old is not None:
        learned = code is not None and code.sha256 != old.code_sha256
        changed = picture is not None or learned or old.license != style.license
        style.version = old.version + (1 if changed else 0)
    if picture is not None:
        _set_picture(style, picture, row_files)
    if code is not None:
        _keep_code(style, code, row_files)
    # An insert fails if another request made the same row. It does not overwrite the row.
    style.save(force_insert=old is None)
    if old is not None:
        # Readers use the old files until the new names are committed.
        remove_files_after_commit(old.file_names - style.file_names)


def save_style_picture(*, style: Style, picture: AcceptedPicture) -> Style:
    """Give `style` a new picture. This makes a new version of the style."""
    return save_style(style=style, picture=StylePicture(picture))


def _set_picture(style: Style, picture: StylePicture, row_files: RowFiles) -> None:
    """Write the files of `picture`, and set every field that depends on it."""
    _show(style, picture, row_files)
    style.image = row_files.put(FOLDER, picture.kept.suffix, picture.kept.data)
    style.image_sha256 = picture.sha256
    style.perceptual_hash = picture.perceptual_hash
    style.sample = style.swatch = ""


def _keep_code(style: Style, code: StyleEmbedding, row_files: RowFiles) -> None:
    """Write the file of `code`. If the style has no picture, show it by those of the code."""
    style.code = row_files.put(FOLDER, ".code", code.data)
    style.code_sha256, style.code_weights = code.sha256, code.weights
    if not style.has_picture:
        style.perceptual_hash = artwork_in(code.data)
    # The hashes tell whether the pictures are new, also where they are not shown.
    for name, picture in (("sample", code.sample), ("swatch", code.swatch)):
        if picture is not None:
            setattr(style, f"{name}_sha256", picture.sha256)
        if picture is not None and not style.has_picture:
            setattr(style, name, row_files.put(FOLDER, picture.kept.suffix, picture.kept.data))
    shown = code.swatch or code.sample
    if shown is not None and not style.has_picture:
        _show(style, shown, row_files)


def _show(style: Style, picture: StylePicture, row_files: RowFiles) -> None:
    """Set the fields that a tile and a page need to show `picture`."""
    # The size is set first: Django opens a picture to measure it only if the size is unknown.
    style.width, style.height = picture.size
    style.stored_bytes = picture.stored_bytes
    style.thumb = row_files.put(FOLDER, ".webp", picture.small.thumb)
    style.placeholder = picture.small.placeholder
    style.palette = picture.palette


def missing_parts(style: Style) -> list[str]:
    """Return what `style` lacks for publication: a picture or code, a usable license, a source."""
    parts = {
        str(_("a picture or a style code")): bool(
            (style.image and style.image_sha256) or (style.code and style.code_sha256)
        ),
        str(_("a license that allows adaptations")): style.license in USABLE_IN_LIBRARY,
        str(_("a source address or a credit line")): bool(style.source_url or style.credit_line),
    }
    return [name for name, there in parts.items() if not there]


@transaction.atomic
def publish_style(*, style: Style) -> Style:
    """Publish `style`. A style that is already published does not change.

    Raises `StyleIncomplete`, which names the missing parts of the record.
    """
    current = Style.objects.select_for_update().get(pk=style.pk)
    if missing := missing_parts(current):
        raise StyleIncomplete(missing)
    if current.state in PUBLISHABLE_FROM:
        # A style that is already published keeps its date.
        Style.objects.filter(pk=style.pk).update(
            state=Style.State.PUBLISHED,
            published_at=timezone.now(),
            artist=_library_artist(current),
        )
    style.refresh_from_db()
    return style


def _library_artist(style: Style) -> Artist:
    """Return the artist of `style` as the library knows it: a user may have named it."""
    if style.artist.owner_id is None:
        return style.artist
    return Artist.objects.get_or_create(name=style.artist.name, owner=None)[0]


@transaction.atomic
def delete_style(*, style: Style) -> None:
    """Delete a style that no picture was made with, and its files.

    Raises `ProtectedError` if a job or an artwork uses the style. Withdraw it instead.
    """
    files = style.file_names
    style.delete()
    remove_files_after_commit(files)


def withdraw_style(*, style: Style) -> Style:
    """Withdraw a published `style`. Pictures that were made with it keep their credit."""
    Style.objects.filter(pk=style.pk, state=Style.State.PUBLISHED).update(
        state=Style.State.WITHDRAWN
    )
    style.refresh_from_db()
    return style
