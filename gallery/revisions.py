"""Which version of its picture an artwork shows."""

import hashlib
from typing import Final

from django.utils.translation import gettext as _

from common.storage import files_of_a_row, remove_files_after_commit
from gallery.conversions import conversions_of
from gallery.indexing import color_column, lock_artwork
from gallery.models import Artwork
from gallery.moderation import was_hidden
from gallery.services import put_full, put_small, read_result, remember_look, small_versions
from inference.files.recipes import development_in_recipe
from inference.models import Job, Revision
from inference.services.refusals import NotDevelopable, RevisionNotReady
from inference.services.revisions import check_developable

_CHANGED: Final = (
    *("file", "preview", "thumb", "placeholder", "colors", "bytes", "sha256"),
    *("recipe", "revision", "moderation"),
)


def developed_job(artwork: Artwork) -> Job:
    """Return the job from which `artwork` can be developed. Raises `NotDevelopable`."""
    # Read again: it may have been deleted since the artwork was read.
    job = Job.objects.filter(pk=artwork.job_id).first() if artwork.job_id else None
    if job is None:
        sentence = _(
            "Strength and colors can no longer be changed, because the result that this picture "
            "was saved from was deleted."
        )
        raise NotDevelopable(sentence)
    check_developable(job)
    return job


def _still_there(revision: Revision | None) -> Revision | None:
    """Return the row of `revision`, which is not deleted before the transaction ends."""
    if revision is None:
        return None
    rows = Revision.objects.select_for_update(no_key=True)
    found = rows.filter(pk=revision.pk, state=Revision.State.SUCCEEDED).first()
    if found is None:
        raise RevisionNotReady(_("This version was deleted."))
    return found


def show_version(*, artwork: Artwork, revision: Revision | None) -> Artwork:
    """Let `artwork` show a revision of its job, or the picture as painted.

    New files are made, with its credit in them. Raises `NotDevelopable`, `RevisionNotReady`,
    `ServerBusy` and `StorageFull`; then the artwork is unchanged and no file is left.
    """
    job = developed_job(artwork)
    if revision is not None and not revision.is_ready:
        raise RevisionNotReady(_("This version is not ready yet."))
    development = development_in_recipe(revision)
    if (artwork.revision_id, artwork.recipe.get("development")) == (
        revision.pk if revision else None,
        development,
    ):
        return artwork
    try:
        picture = read_result(revision.file if revision else job.result)
    except FileNotFoundError as error:
        raise RevisionNotReady(_("This version was deleted.")) from error
    # The slow work happens before the transaction, because a transaction makes other writers wait.
    small = small_versions(picture, artwork.owner_id)
    sha256 = hashlib.sha256(picture.data).hexdigest()
    with files_of_a_row() as row_files:
        hidden = was_hidden(sha256=sha256, painting=artwork.painting)
        current = lock_artwork(artwork)
        developed_job(current)
        current.revision = _still_there(revision)
        current.recipe = {**current.recipe, "development": development}
        old = [current.file.name, current.preview.name, current.thumb.name]
        current.placeholder, current.sha256 = small.placeholder, sha256
        current.colors = color_column(small.colors)
        if hidden:
            current.moderation = Artwork.Moderation.HIDDEN
        remember_look(current, small.look)
        put_full(current, picture, row_files)
        put_small(current, small.preview, small.thumb, row_files)
        current.save(update_fields=_CHANGED)
        remove_files_after_commit([*old, *conversions_of(map(str, old))])
    return current
