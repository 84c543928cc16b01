"""The files of revisions: each in a folder of its own, below a folder of their job."""

from collections.abc import Collection

from PIL import Image

from common.passports import Provenance
from inference.files.credits import job_credit
from inference.files.folders import sweep_folder
from inference.files.jobs import revisions_folder, store_in_full
from inference.files.recipes import development_in_recipe, facts_of, recipe_of
from inference.files.stored import StoredPicture
from inference.models import Revision


def store_revision(revision: Revision, image: Image.Image) -> StoredPicture:
    """Write the picture of a revision in the format of a result. Raises StorageFull."""
    job = revision.job
    # The job does not show it yet.
    recipe = recipe_of(job) | {"development": development_in_recipe(revision)}
    facts = facts_of(recipe, job.created_at.date(), job.painting)
    provenance = Provenance(job_credit(job), facts)
    return store_in_full(_folder(revision), image, provenance)


def sweep(revision: Revision, *, keep: Collection[str] = ()) -> None:
    """Remove the files of a revision, except those named in `keep`."""
    sweep_folder(_folder(revision), set(keep))


def _folder(revision: Revision) -> str:
    return f"{revisions_folder(revision.job_id)}/{revision.pk}"
