"""Tests of the files of a job, which are all in one folder."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import Image

from inference.files import jobs as job_files
from inference.files.credits import job_provenance
from inference.models import Job
from tests.support.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(media_root: Path) -> Job:
    return make_job()


class TestStorePreview:
    def test_is_small(self, job: Job) -> None:
        stored = job_files.store_preview(job, make_picture((1024, 512)))

        with default_storage.open(stored.name) as file, Image.open(file) as preview:
            assert preview.format == "JPEG"
            assert preview.size == (stored.width, stored.height) == (512, 256)

    def test_keeps_transparency(self, job: Job) -> None:
        cut_out = make_picture((80, 60), mode="RGBA")
        cut_out.putalpha(Image.linear_gradient("L").resize(cut_out.size))

        stored = job_files.store_preview(job, cut_out)

        with default_storage.open(stored.name) as file, Image.open(file) as preview:
            assert (preview.format, preview.mode) == ("WEBP", "RGBA")

    def test_is_never_larger_than_the_picture(self, job: Job) -> None:
        stored = job_files.store_preview(job, make_picture((80, 60)))

        assert (stored.width, stored.height) == (80, 60)

    def test_keeps_the_brightness_of_fine_lines(self, job: Job) -> None:
        pixels = np.tile(np.array([[0], [255]], np.uint8), (512, 1024))

        stored = job_files.store_preview(job, Image.fromarray(pixels))

        with default_storage.open(stored.name) as file, Image.open(file) as preview:
            assert np.asarray(preview).mean() == pytest.approx(188, abs=3)  # half the light

    def test_leaves_the_picture_as_it_is(self, job: Job) -> None:
        picture = make_picture((600, 600))

        job_files.store_preview(job, picture)

        assert picture.size == (600, 600)


class TestStorePainting:
    def test_is_read_back_unchanged(self, job: Job) -> None:
        name = job_files.store_painting(job, b"as far as it came")

        assert job_files.read_file(name) == b"as far as it came"

    def test_is_deleted_with_the_other_files_of_the_job(self, job: Job) -> None:
        name = job_files.store_painting(job, b"as far as it came")

        job_files.sweep(job.pk)

        with pytest.raises(FileNotFoundError):
            job_files.read_file(name)


class TestStoreResult:
    @pytest.mark.parametrize(("mode", "expected"), [("RGB", "JPEG"), ("RGBA", "PNG")])
    def test_keeps_transparency_only_if_there_is_some(
        self, job: Job, mode: str, expected: str
    ) -> None:
        stored = job_files.store_result(job, make_picture((80, 60), mode=mode), job_provenance(job))

        with default_storage.open(stored.name) as file, Image.open(file) as result:
            assert (result.format, result.mode, result.size) == (expected, mode, (80, 60))

    def test_carries_no_metadata(self, job: Job) -> None:
        picture = make_picture((80, 60))
        picture.info["comment"] = b"from my camera"

        stored = job_files.store_result(job, picture, job_provenance(job))

        with default_storage.open(stored.name) as file:
            assert b"from my camera" not in file.read()


class TestSweep:
    def test_keeps_the_named_files(self, job: Job) -> None:
        picture = make_picture((80, 60))
        kept = job_files.store_result(job, picture, job_provenance(job)).name
        orphan = job_files.store_preview(job, picture).name

        job_files.sweep(job.pk, keep={kept})

        assert default_storage.exists(kept)
        assert not default_storage.exists(orphan)

    def test_touches_no_other_job(self, job: Job) -> None:
        other = job_files.store_result(make_job(), make_picture((80, 60)), job_provenance(job)).name

        job_files.sweep(job.pk)

        assert default_storage.exists(other)

    def test_removes_half_written_files_too(self, job: Job) -> None:
        stored = Path(
            default_storage.path(
                job_files.store_result(job, make_picture(), job_provenance(job)).name
            )
        )
        part = stored.with_name(".half.jpg.part")
        part.write_bytes(b"half")

        job_files.sweep(job.pk)

        assert not part.exists()

    def test_does_nothing_if_nothing_was_written(self, job: Job) -> None:
        job_files.sweep(job.pk)


class TestRemove:
    def test_ignores_an_empty_name_and_a_missing_file(self, media_root: Path) -> None:
        job_files.remove("")
        job_files.remove("jobs/gone.jpg")
