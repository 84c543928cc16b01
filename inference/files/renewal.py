"""New files of a result whose owner has changed: what a guest made belongs to an account now."""

from pathlib import PurePosixPath
from uuid import UUID

from common.conversions import conversions_of
from common.passports import Provenance, with_provenance
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from inference.files.credits import job_provenance
from inference.files.jobs import read_file, renewed_folder
from inference.models import Job, ResultLook

State = Job.State


def renew_credit(job_id: UUID) -> None:
    """Write the name of the owner into the result and its preview, unless that is a guest.

    The files before, and downloads in other forms that were made of them, are removed.
    """
    with files_of_a_row() as row_files:
        finished = Job.objects.filter(pk=job_id, state=State.SUCCEEDED, owner__is_guest=False)
        # A picture that was developed since says in its own files who made it.
        job = finished.filter(shown=None).select_for_update(of=("self",)).first()
        if job is None:
            return
        look = ResultLook.objects.filter(job=job, revision=None).first()
        said, known = job_provenance(job), look.perceptual_hash if look else ""
        named = {"result": job.result, "preview": job.preview}
        old = {field: name for field, name in named.items() if name}
        new = {field: _renewed(job, name, said, known, row_files) for field, name in old.items()}
        Job.objects.filter(pk=job.pk).update(**new)
        remove_files_after_commit([*old.values(), *conversions_of([job.result])])


def _renewed(job: Job, name: str, said: Provenance, look: str, row_files: RowFiles) -> str:
    data = with_provenance(read_file(name), said, look)
    return str(row_files.put(renewed_folder(job.pk), PurePosixPath(name).suffix, data))
