"""The upload of finished pictures that were made elsewhere, such as the photo of a painting."""

import hashlib
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.locks import lock_until_commit
from common.sandbox.slots import slot
from common.storage import RowFiles, files_of_a_row
from common.text import visible_text
from common.upload_limit import counted_upload
from common.uploads import AcceptedPicture, Readable, see_picture
from gallery.indexing import color_column, search_text_of
from gallery.models import Artwork
from gallery.moderation import was_hidden
from gallery.recipes import credit_of
from gallery.services import out_of_trash, put_full, put_small

UPLOADED: Final = Artwork.Origin.UPLOADED


class ArtworkQuotaExceeded(Exception):
    """The uploaded pictures of the user have reached the storage limit."""

    code = "artwork_quota_exceeded"
    status: ClassVar[int] = 413

    def __init__(self) -> None:
        sentence = _(
            "Your storage for uploaded pictures is full. The limit is %(limit)s. Delete pictures "
            "you no longer need, and empty the trash."
        )
        limit = filesizeformat(settings.ARTWORKS_MAX_BYTES_PER_USER)
        super().__init__(sentence % {"limit": limit})


def upload_artwork(
    *,
    owner: User,
    file: Readable,
    rights: str,
    title: str = "",
    alt_text: str = "",
    creator: str = "",
) -> tuple[Artwork, bool]:
    """Store the picture in `file` as a private artwork of `owner`; return it and whether it is new.

    The same picture sent twice is one artwork, which keeps its texts. Raises `TooManyUploads`,
    `UploadRefused`, `ServerBusy`, `ArtworkQuotaExceeded` or `StorageFull`; then neither a file nor
    a row is left.
    """
    picture, sha256 = _accepted(owner, file)
    texts = {"title": title, "alt_text": alt_text, "creator": creator}
    said = {name: visible_text(text) for name, text in texts.items()}
    with files_of_a_row() as row_files:
        hidden = was_hidden(sha256=sha256, painting=None)
        lock_until_commit(f"uploaded artworks of {owner.pk}")
        known = Artwork.with_trash.filter(owner=owner, origin=UPLOADED, sha256=sha256).first()
        if known is not None and known.is_trashed:
            known = out_of_trash(known)
        if known is not None:
            return known, False
        _check_room(owner, more=len(picture.kept.data))
        moderation = Artwork.Moderation.HIDDEN if hidden else Artwork.Moderation.VISIBLE
        row = {"sha256": sha256, "moderation": moderation, "rights": rights, **said}
        return _store(owner, picture, row_files, row), True


def _accepted(owner: User, file: Readable) -> tuple[AcceptedPicture, str]:
    """Return the picture in `file` after all checks, and the hash of what is stored of it."""
    # One limit with the photos, which cost the server the same.
    with counted_upload(str(owner.pk)):
        seen = see_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
        # Checked again when the size is known. The picture is decoded only if any room is left.
        _check_room(owner, more=1)
        with slot("pictures", who=str(owner.pk)):
            picture = seen.accepted()
    return picture, hashlib.sha256(picture.kept.data).hexdigest()


def _check_room(owner: User, *, more: int) -> None:
    """Raise `ArtworkQuotaExceeded` if `owner` may not store `more` bytes more."""
    # What is in the trash still has its files.
    mine = Artwork.with_trash.filter(owner=owner, origin=UPLOADED)
    stored = mine.aggregate(stored=Sum("bytes"))["stored"] or 0
    if stored + more > settings.ARTWORKS_MAX_BYTES_PER_USER:
        raise ArtworkQuotaExceeded


def _store(
    owner: User, picture: AcceptedPicture, row_files: RowFiles, row: dict[str, Any]
) -> Artwork:
    """Write the files and the row of a new artwork."""
    artwork = Artwork(
        owner=owner,
        origin=UPLOADED,
        placeholder=picture.small.placeholder,
        colors=color_column(picture.small.colors),
        width=picture.width,
        height=picture.height,
        **row,
    )
    artwork.credit = credit_of(artwork)
    put_full(artwork, picture.kept, row_files)
    put_small(artwork, picture.small.preview, picture.small.thumb, row_files)
    artwork.search_text = search_text_of(artwork)
    artwork.save(force_insert=True)
    return artwork
