"""All writes to artworks: keep, rename, publish, unpublish, delete for good."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import ClassVar, Final, NamedTuple

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.derivatives import Derivatives, Encoded
from common.passports import with_provenance
from common.sandbox.client import run
from common.sandbox.slots import slot
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from common.text import visible_text
from gallery.conversions import conversions_of
from gallery.galleries import lock_galleries
from gallery.indexing import color_column, lock_artwork, search_text_of
from gallery.licensing import decide
from gallery.lineage import source_of
from gallery.models import Artwork, ArtworkLook, ArtworkStyle, Gallery, TrashedItem
from gallery.moderation import was_hidden
from gallery.recipes import credit_of, provenance_of, styles_of
from gallery.shares import revoke_links_to
from gallery.trash import restore
from inference.files.recipes import recipe_of
from inference.models import Job
from inference.services.jobs import touch_job
from library.licenses import LICENSES
from library.models import Style
from style_transfer.imaging.metadata.embedding import remove_credit

FOLDER: Final = "artworks"


class NothingToKeep(Exception):
    """The job has no result."""

    code = "nothing_to_keep"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("This picture is not finished. You can save it when it is done."))


class LicenseRefused(Exception):
    """The picture cannot have this license. `reasons` are the codes of the conditions."""

    code = "license_refused"
    status: ClassVar[int] = 422

    def __init__(self, publishable: Iterable[str], reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        self.publishable = tuple(publishable)
        names = ", ".join(LICENSES[each].name for each in self.publishable)
        super().__init__(
            _("This picture can be published only under: %(names)s.") % {"names": names}
            if names
            else _("This picture cannot be published. Its rights do not allow it.")
        )


class StyleWithdrawn(Exception):
    """A style of the artwork was withdrawn from the library."""

    code = "style_withdrawn"
    status: ClassVar[int] = 422

    def __init__(self, style: Style) -> None:
        sentence = _(
            "“%(title)s” was withdrawn from the library. Pictures made with it can no longer be "
            "published."
        )
        super().__init__(sentence % {"title": style.title})


def keep_artwork(*, job: Job, title: str = "") -> Artwork:
    """Keep the result of `job` as an artwork of its owner. The artwork gets copies of all files.

    A second call for the same job returns the first artwork. Raises `NothingToKeep`, `ServerBusy`
    or `StorageFull`; then no file is left.
    """
    kept = Artwork.with_trash.filter(job=job).first()
    if kept is not None and kept.is_trashed:
        kept = out_of_trash(kept, title)
    if kept is not None:
        return kept
    if not job.result:
        raise NothingToKeep
    # The slow work happens before the transaction, because a transaction makes other writers wait.
    source = _source(job)
    try:
        with files_of_a_row() as row_files:
            return _keep(job, title, source, row_files)
    except IntegrityError:
        # Another request kept the same result at the same time.
        other: Artwork = Artwork.with_trash.get(job=job)
        return other


@transaction.atomic
def out_of_trash(kept: Artwork, title: str = "") -> Artwork | None:
    """Restore an artwork that its owner makes again. Only its owner sees it, as a new one.

    It is in no gallery, and its links are revoked. One that was restored at the same time stays as
    it is. Returns None if it was deleted for good at the same time.
    """
    lock_galleries(kept.owner_id)
    trashed = Artwork.with_trash.filter(pk=kept.pk, trashed_at__isnull=False)
    # It may have been there too long to be restored.
    if not trashed.update(trashed_at=timezone.now()):
        return Artwork.objects.filter(pk=kept.pk).first()
    # A user who asks for a new picture does not expect that others see it at once.
    TrashedItem.objects.filter(artwork=kept).delete()
    Gallery.with_trash.filter(cover=kept).update(cover=None)
    revoke_links_to(artwork=kept)
    restore(owner=kept.owner, artworks=[kept.pk])
    found = unpublish_artwork(artwork=Artwork.objects.get(pk=kept.pk))
    return rename_artwork(artwork=found, title=title) if title else found


class Source(NamedTuple):
    """The files for an artwork: the result, its small versions, and the photo beside it."""

    result: Encoded
    small: Derivatives
    before: Encoded


def _source(job: Job) -> Source:
    """Read the files of a finished job."""
    result = read_result(job.shown_file)
    small = small_versions(result, job.owner_id)
    # The slider shows the photo at the size of its preview, so the preview is enough.
    return Source(result, small, read_stored(job.photo.preview.name or job.photo.file.name))


def small_versions(result: Encoded, owner_id: int) -> Derivatives:
    """Make the preview, thumb and placeholder of a result. Raises `ServerBusy`."""
    with slot("pictures", who=str(owner_id)):
        made = run("derive", result.data)
    preview, thumb = made.parts
    said = made.header
    return Derivatives(
        preview, thumb, said["placeholder"], tuple(said["colors"]), str(said["look"])
    )


def _keep(job: Job, title: str, source: Source, row_files: RowFiles) -> Artwork:
    """Write the files and rows of a new artwork."""
    sha256 = hashlib.sha256(source.result.data).hexdigest()
    hidden = was_hidden(sha256=sha256, painting=job.painting)
    artwork: Artwork = Artwork.objects.create(
        owner=job.owner,
        job=job,
        revision=job.shown,
        title=visible_text(title),
        before=row_files.put(FOLDER, source.before.suffix, source.before.data),
        placeholder=source.small.placeholder,
        colors=color_column(source.small.colors),
        width=job.result_width,
        height=job.result_height,
        bytes=len(source.result.data),
        sha256=sha256,
        painting=job.painting,
        moderation=Artwork.Moderation.HIDDEN if hidden else Artwork.Moderation.VISIBLE,
        recipe=recipe_of(job),
        made_like=source_of(job),
    )
    ArtworkStyle.objects.bulk_create(
        ArtworkStyle(artwork=artwork, style=each.style, version=each.version, weight=each.weight)
        for each in job.job_styles.select_related("style")
    )
    artwork.credit = credit_of(artwork)
    remember_look(artwork, source.small.look)
    put_full(artwork, source.result, row_files)
    put_small(artwork, source.small.preview, source.small.thumb, row_files)
    artwork.search_text = search_text_of(artwork)
    artwork.save(update_fields=["credit", "search_text", *_FILES])
    # The snapshot of the job names its artwork, so its clients must get a new snapshot.
    touch_job(job_id=job.pk)
    return artwork


def remember_look(artwork: Artwork, look: str) -> None:
    """Store how the artwork looks, in place of an earlier look."""
    ArtworkLook.objects.filter(artwork=artwork).delete()
    ArtworkLook.of(look, artwork=artwork).save(force_insert=True)


def _look_of(artwork: Artwork) -> str:
    """Return its perceptual hash. Uploaded artworks have none, nor have those of old releases."""
    row = ArtworkLook.objects.filter(artwork=artwork.pk).first()
    return row.perceptual_hash if row else ""


def put_full(artwork: Artwork, plain: Encoded, row_files: RowFiles) -> None:
    """Write the full file, which says what the artwork is."""
    credited = with_provenance(plain.data, provenance_of(artwork), _look_of(artwork))
    artwork.file = row_files.put(FOLDER, plain.suffix, credited)
    artwork.bytes = len(credited)


def put_small(artwork: Artwork, preview: bytes, thumb: bytes, row_files: RowFiles) -> None:
    """Write the small WebP files, which say the same."""
    provenance, look = provenance_of(artwork), _look_of(artwork)
    for field, data in (("preview", preview), ("thumb", thumb)):
        said = with_provenance(data, provenance, look)
        setattr(artwork, field, row_files.put(FOLDER, ".webp", said))


def _renew_files(artwork: Artwork, row_files: RowFiles) -> None:
    """Write the current credit into all files. The files before are removed after the commit.

    The caller holds the lock of the row, so that two requests do not remove each other's files.
    """
    old = [str(each.name) for each in (artwork.file, artwork.preview, artwork.thumb)]
    full, preview, thumb = (read_stored(name) for name in old)
    put_full(artwork, full, row_files)
    put_small(artwork, preview.data, thumb.data, row_files)
    remove_files_after_commit([*old, *conversions_of(old)])


def rename_artwork(
    *, artwork: Artwork, title: str | None = None, alt_text: str | None = None
) -> Artwork:
    """Change the title of `artwork`, its description in words, or both. "" clears the text.

    The title is in the files too. Raises `StorageFull`; then nothing changes.
    """
    changes = {"title": title, "alt_text": alt_text}
    given = {name: visible_text(text) for name, text in changes.items() if text is not None}
    with files_of_a_row() as row_files:
        # Locked, because the text of the search is made of what other requests may change as well.
        row = lock_artwork(artwork)
        changed = [*given, "search_text"]
        is_renamed = given.get("title", row.title) != row.title
        for name, text in given.items():
            setattr(artwork, name, text)
            setattr(row, name, text)
        if is_renamed:
            row.credit = credit_of(row)
            _renew_files(row, row_files)
            changed += ["credit", *_FILES]
        row.search_text = artwork.search_text = search_text_of(row)
        row.save(update_fields=changed)
    return artwork


def publish_artwork(
    *,
    artwork: Artwork,
    license: str,  # noqa: A002  # the name of the model's field
    alt_text: str = "",
    shows_before: bool = False,
) -> Artwork:
    """Show `artwork` to everyone under `license`, and write its new credit into the file.

    A picture that a moderator has hidden stays hidden. Raises `LicenseRefused` if the styles of the
    artwork do not allow this license, `StyleWithdrawn`, and Http404 if the artwork is deleted at
    the same time.
    """
    styles = styles_of(artwork)
    decision = decide(artwork)
    if license not in decision.publishable:
        raise LicenseRefused(decision.publishable, decision.reasons)
    _check_withdrawn(artwork, styles)
    with files_of_a_row() as row_files:
        # Asked again: the same picture may have been hidden in another artwork since it was kept.
        hidden = was_hidden(sha256=artwork.sha256, painting=artwork.painting)
        # Locked, so that two publications at the same time do not remove each other's files.
        artwork = lock_artwork(artwork)
        artwork.license = license
        artwork.alt_text = visible_text(alt_text)
        artwork.shows_before = shows_before
        artwork.credit = credit_of(artwork)
        # A new license of a published artwork does not change its place in the gallery.
        artwork.published_at = artwork.published_at or timezone.now()
        artwork.visibility = Artwork.Visibility.PUBLIC
        artwork.search_text = search_text_of(artwork)
        if hidden:
            artwork.moderation = Artwork.Moderation.HIDDEN
        _renew_files(artwork, row_files)
        artwork.save(update_fields=_PUBLISHED_FIELDS)
    return artwork


def _check_withdrawn(artwork: Artwork, styles: Iterable[Style]) -> None:
    """Raise `StyleWithdrawn` before a picture with a withdrawn style becomes public.

    A style is withdrawn because its rights are in doubt. A picture that is public already keeps its
    place, and its owner can still choose a narrower license; moderators decide about it.
    """
    if artwork.visibility == Artwork.Visibility.PUBLIC:
        return
    for style in styles:
        if style.state == Style.State.WITHDRAWN:
            raise StyleWithdrawn(style)


_FILES: Final = ("bytes", "file", "preview", "thumb")
_PUBLISHED_FIELDS: Final = (
    *_FILES,
    "alt_text",
    "credit",
    "license",
    "moderation",
    "published_at",
    "search_text",
    "shows_before",
    "visibility",
)


def unpublish_artwork(*, artwork: Artwork) -> Artwork:
    """Show `artwork` only to its owner, from the next request on."""
    artwork.visibility = Artwork.Visibility.PRIVATE
    artwork.published_at = None
    artwork.save(update_fields=["visibility", "published_at"])
    return artwork


@transaction.atomic
def delete_artwork(*, artwork: Artwork) -> None:
    """Delete `artwork` and its files for good, and take it out of all galleries. Its job stays."""
    lock_galleries(artwork.owner_id)
    # Likes and favorites lock the row too, so none is added while the old ones are deleted.
    Artwork.with_trash.select_for_update(of=("self",)).filter(pk=artwork.pk).first()
    shown = [str(each.name) for each in (artwork.file, artwork.preview, artwork.thumb)]
    remove_files_after_commit([*shown, artwork.before.name, *conversions_of(shown)])
    artwork.delete()
    if artwork.job_id is not None:
        touch_job(job_id=artwork.job_id)


def read_result(name: str | None) -> Encoded:
    """Return the stored picture of a job without its credit: an artwork gets one of its own."""
    stored = read_stored(name)
    return Encoded(remove_credit(stored.data), stored.suffix)


def read_stored(name: str | None) -> Encoded:
    """Return a stored file and its suffix."""
    with default_storage.open(str(name)) as file:
        return Encoded(bytes(file.read()), PurePosixPath(str(name)).suffix)
