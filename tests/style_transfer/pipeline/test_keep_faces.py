"""Faces are kept clear with every method, in tiles and passes, and other photos are as before."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.spec import KeepFaces, PaintRequest, StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling
from style_transfer.pipeline.batching import stylize_batch
from style_transfer.pipeline.stylize import stylize
from tests.support.faces import drawn_face

EACH = [
    slug
    for slug, info in METHOD_INFOS.items()
    if "keep_faces" in info.used and not info.needs_own_network
]
EACH_METHOD = pytest.mark.parametrize(
    "spec", [TransferSpec(method=slug, steps=3) for slug in EACH], ids=EACH
)


def soft(seed: int, width: int, height: int) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def portrait(side: int = 100) -> Image.Image:
    photo = soft(3, 200, 140)
    photo.paste(drawn_face(side), (10, 20))
    return photo


ARTWORK = soft(5, 120, 120)


def paint(photo: Image.Image, spec: TransferSpec, **more: Any) -> np.ndarray:
    *_, last = stylize(photo, [StyleInput(ARTWORK)], spec, device="cpu", **more)
    assert last.image is not None
    return np.asarray(last.image).astype(int)


@EACH_METHOD
def test_keeps_a_face_closer_to_the_photo(spec: TransferSpec) -> None:
    off, auto = (
        paint(portrait(), replace(spec, keep_faces=keep))
        for keep in (KeepFaces.OFF, KeepFaces.AUTO)
    )
    change = np.abs(auto - off).mean(2)
    assert change[50:110, 30:90].mean() > 3
    assert change[:, 150:].mean() < 0.5 * change[50:110, 30:90].mean()
    # No edge is seen where the face ends: no column changes much more than the one beside it.
    columns = change[40:110].mean(0)
    assert np.abs(np.diff(columns)).max() < 12


@EACH_METHOD
def test_paints_a_photo_without_a_face_as_before(spec: TransferSpec) -> None:
    off, auto = (
        paint(soft(3, 90, 70), replace(spec, keep_faces=keep)).tobytes()
        for keep in (KeepFaces.OFF, KeepFaces.AUTO)
    )
    assert auto == off


@EACH_METHOD
def test_returns_the_photo_at_strength_0(spec: TransferSpec) -> None:
    painted = paint(portrait(), replace(spec, strength=0, keep_faces=KeepFaces.ON))
    assert np.array_equal(painted, np.asarray(portrait()))


@EACH_METHOD
def test_paints_the_same_again(spec: TransferSpec) -> None:
    assert np.array_equal(paint(portrait(), spec), paint(portrait(), spec))


def test_has_its_own_map_for_each_picture_of_a_pass() -> None:
    photos = [portrait(), soft(4, 200, 140), portrait(60)]
    requests = [PaintRequest(photo, [StyleInput(ARTWORK)], TransferSpec()) for photo in photos]
    for step in stylize_batch(requests, device="cpu"):
        assert step.step is not None
        assert step.step.image is not None
        alone = paint(photos[step.index], TransferSpec())
        assert np.abs(np.asarray(step.step.image).astype(int) - alone).mean() < 2


def test_leaves_no_seam_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = paint(portrait(), TransferSpec())
    monkeypatch.setattr("style_transfer.core.budget.TILINGS", (Tiling(100 * 100, 64),))
    cut = paint(portrait(), TransferSpec())
    assert 0 < np.abs(whole - cut).mean() < 1
