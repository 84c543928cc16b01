"""The light variant of `fast`: it paints with the style codes of the standard one."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.core.spec import StyleInput, TransferSpec, Variant
from style_transfer.core.tiling import Tiling
from style_transfer.methods import load_method, networks_of
from style_transfer.methods.fast.adapter import PROCESS_CACHE, StyleMix, paint
from style_transfer.methods.fast.network import load_light_painter, load_painter, painter_of
from style_transfer.methods.frame import Attempt
from style_transfer.pipeline.stylize import stylize
from tests.support.embeddings import soft

CPU = torch.device("cpu")
LIGHT = TransferSpec(variant=Variant.LIGHT)
STYLE = StyleInput(soft(5))


def painted(spec: TransferSpec, photo: Image.Image) -> Image.Image:
    *_, last = stylize(photo, [STYLE], spec, device="cpu")
    assert last.image is not None
    return last.image


def test_fits_the_statistics_of_the_standard_network() -> None:
    light, standard = load_light_painter(CPU), load_painter(CPU)
    assert [light.live(level) for level in range(1, 6)] == [
        standard.live(level) for level in range(1, 6)
    ]
    picture = torch.rand(1, 3, 64, 64)
    ours, theirs = light.encode(picture), standard.encode(picture)
    for level in (2, 3, 4):
        one, other = (
            painter.measure(level, maps[level])
            for painter, maps in ((light, ours), (standard, theirs))
        )
        error = (one.mean - other.mean).square().mean() / other.mean.var()
        assert error < 0.1


def test_paints_another_picture_than_the_standard_one_and_closer_to_the_photo() -> None:
    photo = soft(1, 640, 448)
    pictures = [painted(spec, photo) for spec in (LIGHT, TransferSpec())]
    away = [np.abs(np.asarray(each, float) - np.asarray(photo, float)).mean() for each in pictures]
    assert pictures[0].tobytes() != pictures[1].tobytes()
    assert all(distance > 3 for distance in away)


def test_gives_the_photo_at_strength_0() -> None:
    photo = soft(2)
    assert painted(replace(LIGHT, strength=0), photo).tobytes() == photo.tobytes()


def test_names_its_weights_and_that_of_the_styles() -> None:
    names = load_method("fast").weights(LIGHT, [STYLE])
    assert set(names) == {"fast-light", "builtin-light", "builtin"}


def test_is_computed_by_torch_alone() -> None:
    method = load_method("fast")
    assert networks_of(method, LIGHT, [STYLE]) == ()
    assert networks_of(method, TransferSpec(), [STYLE]) == ("fast",)


@pytest.mark.parametrize("variant", list(Variant))
def test_tiles_leave_no_seam(variant: Variant) -> None:
    photo = torch.from_numpy(np.asarray(soft(3, 640, 384)).copy()).permute(2, 0, 1)[None]
    mix = StyleMix.mix([STYLE], 1.0, load_painter(CPU), PROCESS_CACHE)
    painter = painter_of(variant, CPU)
    pictures = []
    for tiling in (None, Tiling(whole=1, tile=192)):
        *_, last = paint(photo, [mix], 0.75, painter.in_full(), Attempt(CPU), tiling=tiling)
        assert last.image is not None
        pictures.append(last.image)
    assert (pictures[0] - pictures[1]).abs().max() < 2 / 255
