"""A mask limits what is painted, with every method, and the rest is the photo to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.errors import EngineError
from style_transfer.core.spec import Step, StyleInput, TransferSpec
from style_transfer.pipeline.stylize import stylize

EACH = [slug for slug, info in METHOD_INFOS.items() if not info.needs_own_network]
EACH_METHOD = pytest.mark.parametrize(
    "spec", [TransferSpec(method=slug, steps=3) for slug in EACH], ids=EACH
)


def noise(seed: int, width: int = 24, height: int = 16) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


PHOTO, FIRST = noise(0), noise(1, 20, 20)
MASK = Image.new("L", (24, 16), 0)
MASK.paste(255, (0, 0, 24, 8))


def paint(spec: TransferSpec, mask: Image.Image | None) -> list[Step]:
    photo = noise(0)
    return list(stylize(photo, [StyleInput(FIRST)], spec, device="cpu", mask=mask))


@EACH_METHOD
def test_limits_what_is_painted(spec: TransferSpec) -> None:
    spec = replace(spec, mask_feather=0)
    image, whole = (paint(spec, mask)[-1].image for mask in (MASK, None))
    assert image is not None
    assert whole is not None
    half = 24 * 8 * 3
    assert image.tobytes()[half:] == PHOTO.tobytes()[half:]
    assert image.tobytes()[:half] == whole.tobytes()[:half]


@EACH_METHOD
def test_is_inverted_when_asked(spec: TransferSpec) -> None:
    image = paint(replace(spec, mask_invert=True), MASK)[-1].image
    assert image is not None
    half = 24 * 8 * 3
    assert image.tobytes()[:half] == PHOTO.tobytes()[:half]
    assert image.tobytes()[half:] != PHOTO.tobytes()[half:]


@EACH_METHOD
def test_keeps_the_photo_at_strength_0(spec: TransferSpec) -> None:
    if "strength" not in METHOD_INFOS[spec.method].used:
        pytest.skip("the method has no strength")
    image = paint(replace(spec, strength=0), MASK)[-1].image
    assert image is not None
    assert image.tobytes() == PHOTO.tobytes()


@EACH_METHOD
def test_changes_nothing_if_it_is_white(spec: TransferSpec) -> None:
    white = Image.new("RGB", (240, 160), "white")
    image, whole = (paint(spec, mask)[-1].image for mask in (white, None))
    assert image is not None
    assert whole is not None
    assert image.tobytes() == whole.tobytes()


@EACH_METHOD
@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (Image.new("L", (24, 16), 0), "mask_empty"),
        (Image.new("L", (16, 24), 255), "mask_shape"),
    ],
    ids=["black", "upright"],
)
def test_is_refused_by_a_code(mask: Image.Image, code: str, spec: TransferSpec) -> None:
    with pytest.raises(EngineError) as caught:
        paint(spec, mask)
    assert caught.value.code == code
