"""Finding how a picture looks among very many."""

from time import process_time
from uuid import UUID

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray

from accounts.models import User
from inference.models import ResultLook
from style_transfer.imaging.perceptual_hash import SAME, difference, differences, tilts_of
from tests.support.factories import finished_job

MANY = 100_000


def many_looks(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the cells of pictures with a sky, a ground and a color cast, as pictures have them."""
    down, across = np.mgrid[-1:1:8j, -1:1:8j]
    slopes = rng.normal(0, 14, (2, count, 1, 1, 3)).astype(np.float32)
    cells = rng.normal(120, 28, (count, 1, 1, 3)).astype(np.float32)
    cells = cells + slopes[0] * down[..., None] + slopes[1] * across[..., None]
    cells += rng.normal(0, 14, (count, 8, 8, 3)).astype(np.float32)
    looks: NDArray[np.uint8] = cells.clip(0, 255).astype(np.uint8)
    return looks


def tilts_of_many(cells: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return `tilts_of` of each."""
    signs = np.ones((4, 8, 8, 3), np.float32)
    signs[1, :, 4:], signs[2, 4:], signs[3] = -1, -1, [1, 0, -1]
    return np.rint(cells.reshape(-1, 192) @ signs.reshape(4, 192).T / 192).astype(np.int16)


def store(cells: NDArray[np.uint8], job_id: UUID) -> None:
    """Write a row for each, faster than through objects."""
    key = job_id.hex if connection.vendor == "sqlite" else job_id
    rows = zip(cells, tilts_of_many(cells).tolist(), strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO inference_resultlook"
            " (job_id, perceptual_hash, level, across, down, warmth)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(key, each.tobytes().hex(), *tilts) for each, tilts in rows],
        )


def disturbed(cells: NDArray[np.uint8], rng: np.random.Generator) -> str:
    """Return the hash of a small and bad copy, a little lighter than the picture."""
    noisy = cells + rng.normal(2, 4.5, cells.shape)
    return noisy.clip(0, 255).astype(np.uint8).tobytes().hex()


@pytest.mark.slow
@pytest.mark.django_db
def test_finds_a_picture_among_very_many(alice: User, media_root: object) -> None:
    rng = np.random.default_rng(4)
    job = finished_job(alice)
    cells = many_looks(MANY, rng)
    # Many with the same large shapes and colors, which differ in what is in them.
    cells[: MANY // 20] = rng.normal(120, 9, (MANY // 20, 8, 8, 3)).clip(0, 255)
    store(cells, job.pk)
    began, asked = process_time(), [*range(0, MANY // 20, 1_700), *range(MANY // 20, MANY, 19_000)]
    for place in asked:
        hashed = disturbed(cells[place], rng)
        assert 2 < difference(hashed, cells[place].tobytes().hex()) < SAME
        found = ResultLook.objects.near(hashed, 5)
        assert found[0].perceptual_hash == cells[place].tobytes().hex()
    assert (process_time() - began) / len(asked) < 0.4  # seconds of the processor for each


def test_counts_the_columns_of_a_hash(alice: User) -> None:
    cells = many_looks(3, np.random.default_rng(5))
    for each, tilts in zip(cells, tilts_of_many(cells).tolist(), strict=True):
        assert tilts_of(each.tobytes().hex()) == tuple(tilts)


def test_measures_many_differences_as_it_measures_one() -> None:
    cells = many_looks(9, np.random.default_rng(6))
    one, *others = [each.tobytes().hex() for each in cells]
    alone = [difference(one, each) for each in others]
    assert differences(one, others) == pytest.approx(alone)
    assert differences(one, []) == []
