"""Every write to the library: pictures and codes of styles, what is shown, what is withdrawn."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.derivatives import Encoded, encode_picture, make_derivatives
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from common.uploads import AcceptedPicture
from library.licenses import USABLE_IN_LIBRARY
from library.models import Style
from library.palette import main_colors

FOLDER: Final = "styles"
PUBLISHABLE_FROM: Final = (Style.State.DRAFT, Style.State.IN_REVIEW, Style.State.WITHDRAWN)


class StyleIncomplete(Exception):
    """The record lacks what a published style must have; `reasons` names each part."""

    code = "style_incomplete"
    status: ClassVar[int] = 422

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        sentence = _("The record is incomplete. Still missing: %(parts)s.") % {
            "parts": ", ".join(self.reasons)
        }
        super().__init__(sentence)


class StylePicture:
    """A picture that passed the gate, and everything that is stored of it.

    `verbatim` keeps a file of our own as it is; every other file is encoded again.
    """

    def __init__(self, accepted: AcceptedPicture, verbatim: Encoded | None = None) -> None:
        self.size = accepted.image.size
        self.sha256 = accepted.sha256
        self.kept = verbatim or encode_picture(accepted.image)
        self.small = make_derivatives(accepted.image)
        self.palette = main_colors(accepted.image)


@dataclass(frozen=True)
class StyleEmbedding:
    """What the engine learned of an artwork, as bytes that only the engine reads.

    `weights` is the sha256 of the encoder that they belong to, `sample` a photo of ours painted
    with them; a style that has a picture needs none.
    """

    data: bytes
    weights: str
    sample: StylePicture | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the code."""
        return hashlib.sha256(self.data).hexdigest()


def save_style(
    *, style: Style, picture: StylePicture | None = None, code: StyleEmbedding | None = None
) -> Style:
    """Write a new or changed `style`, with `picture` and `code` in place of those it had.

    Another picture, code or license makes a new version; another sample of the same code does not.
    When the row cannot be saved, no file is left.
    """
    with files_of_a_row() as row_files:
        old = Style.objects.select_for_update().filter(pk=style.pk).first()
        if old is not None:
            learned = code is not None and code.sha256 != old.code_sha256
            changed = picture is not None or learned or old.license != style.license
            style.version = old.version + (1 if changed else 0)
        if picture is not None:
            _set_picture(style, picture, row_files)
        if code is not None:
            _keep_code(style, code, row_files)
        style.save(force_insert=old is None)
        if old is not None:
            remove_files_after_commit(old.file_names - style.file_names)
    return style


def save_style_picture(*, style: Style, picture: AcceptedPicture) -> Style:
    """Give `style` another picture, which makes a new version of it."""
    return save_style(style=style, picture=StylePicture(picture))


def _set_picture(style: Style, picture: StylePicture, row_files: RowFiles) -> None:
    """Write the files of `picture` and set every field that follows from it."""
    _show(style, picture, row_files)
    style.image = row_files.put(FOLDER, picture.kept.suffix, picture.kept.data)
    style.image_sha256 = picture.sha256
    style.sample = ""


def _keep_code(style: Style, code: StyleEmbedding, row_files: RowFiles) -> None:
    """Write the file of `code`, and show the style by its sample where it has no picture."""
    style.code = row_files.put(FOLDER, ".code", code.data)
    style.code_sha256, style.code_weights = code.sha256, code.weights
    if code.sample is not None:
        style.sample_sha256 = code.sample.sha256
    if code.sample is not None and not style.has_picture:
        _show(style, code.sample, row_files)
        style.sample = row_files.put(FOLDER, code.sample.kept.suffix, code.sample.kept.data)


def _show(style: Style, picture: StylePicture, row_files: RowFiles) -> None:
    """Set what a tile and a page need to show `picture`."""
    # The size is set first: a picture whose size is known is not opened again to measure it.
    style.width, style.height = picture.size
    style.thumb = row_files.put(FOLDER, ".webp", picture.small.thumb)
    style.placeholder = picture.small.placeholder
    style.palette = picture.palette


def missing_parts(style: Style) -> list[str]:
    """Name what `style` lacks to be published: a picture or code, a usable license, a source."""
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
    """Show `style` to everybody; a published one stays as it is.

    Raises `StyleIncomplete` naming what its record lacks.
    """
    current = Style.objects.select_for_update().get(pk=style.pk)
    if missing := missing_parts(current):
        raise StyleIncomplete(missing)
    Style.objects.filter(pk=style.pk, state__in=PUBLISHABLE_FROM).update(
        state=Style.State.PUBLISHED, published_at=timezone.now()
    )
    style.refresh_from_db()
    return style


@transaction.atomic
def delete_style(*, style: Style) -> None:
    """Remove a style that nothing was made with, and its files.

    Raises `ProtectedError` when a job or an artwork names it: such a style is withdrawn instead.
    """
    files = style.file_names
    style.delete()
    remove_files_after_commit(files)


def withdraw_style(*, style: Style) -> Style:
    """Take a published `style` out of use; what was made with it keeps its credit."""
    Style.objects.filter(pk=style.pk, state=Style.State.PUBLISHED).update(
        state=Style.State.WITHDRAWN
    )
    style.refresh_from_db()
    return style
