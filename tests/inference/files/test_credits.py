"""What the result of a guest says about who made it: nobody, until an account has it."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.guests import make_guest
from accounts.models import User
from common.conversions import Form, conversion_of
from common.storage import save_as
from inference.files import jobs as job_files
from inference.files.credits import job_caption, job_credit, job_provenance, job_works
from inference.models import Job
from inference.services.guests import adopt_guest
from library.credits import credit_forms
from style_transfer.imaging.metadata.embedding import FileParts, parts_of
from tests.support.factories import finished_job, make_picture, make_style

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def guest() -> User:
    """Return a guest."""
    return make_guest()


def painted(owner: User, mode: str = "RGB") -> Job:
    """Return a finished job with the files that a worker writes."""
    job = finished_job(owner, styles=[make_style()])
    picture, said = make_picture((96, 64), mode=mode), job_provenance(job)
    result = job_files.store_result(job, picture, said)
    preview = job_files.store_preview(job, picture, said)
    Job.objects.filter(pk=job.pk).update(result=result.name, preview=preview.name)
    job.refresh_from_db()
    return job


def said_in(name: str) -> FileParts:
    """Return what a stored file says."""
    return parts_of(job_files.read_file(name))


def test_names_no_guest(guest: User) -> None:
    job = finished_job(guest, styles=[make_style()])
    credit = job_credit(job)
    assert (credit.creators, credit.rights) == ((), "")
    assert credit.credit.startswith("Made with Styleweb after ")
    words = [credit.credit, *job_caption(job), *credit_forms(job_works(job)).values()]
    assert all("Great Wave" in each or "Styleweb" in each for each in words)
    assert not any("guest" in each or "©" in each for each in words)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_names_no_guest_in_files(media_root: Path, guest: User, mode: str) -> None:
    assert media_root.is_dir()
    job = painted(guest, mode)
    for name in (job.result, job.preview):
        said = said_in(name)
        assert b"photoshop:Credit" in said.xmp
        assert b"dc:creator" not in said.xmp
        assert not any(b"guest-" in each for each in (said.xmp, said.exif, said.iptc))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_names_the_account_after_the_sign_up(
    media_root: Path, guest: User, alice: User, mode: str
) -> None:
    assert media_root.is_dir()
    before = painted(guest, mode)
    picture = said_in(before.result).picture
    other = conversion_of(before.result, Form("webp"))
    save_as(other, ContentFile(b"made before"))
    assert adopt_guest(guest=guest, owner=alice)
    job = Job.objects.get()
    for name in (job.result, job.preview):
        said = said_in(name)
        assert b"alice" in said.xmp
        assert b"alice" in said.exif
    assert said_in(job.result).picture[-1] == picture[-1]
    for name in (before.result, before.preview, other):
        assert not default_storage.exists(name)
    # A late sweep of the worker's files, and then the deletion.
    job_files.sweep(job.pk, keep={before.result})
    assert default_storage.exists(job.result)
    job_files.remove_all(job.pk)
    assert not default_storage.exists(job.result)


def test_of_a_worker_names_who_has_the_job_now(guest: User, alice: User) -> None:
    held = finished_job(guest)
    assert held.owner.is_guest
    adopt_guest(guest=guest, owner=alice)
    assert job_credit(held).creators == ("alice",)


def test_stays_as_it_is_if_no_file_can_be_written(
    guest: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_job: object) -> None:
        raise OSError

    job = painted(guest)
    monkeypatch.setattr("inference.files.renewal.job_provenance", fail)
    assert adopt_guest(guest=guest, owner=alice)
    kept = Job.objects.get()
    assert (kept.owner, kept.result) == (alice, job.result)
    assert default_storage.exists(kept.result)
