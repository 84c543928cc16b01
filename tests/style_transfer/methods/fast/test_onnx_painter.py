"""A painter with sessions gives what the painter gives by torch, whole, cut and in batches."""

import pytest
import torch

from style_transfer.core.tiling import PictureTiling, Tiling
from style_transfer.features.losses import Moments
from style_transfer.methods.fast.decoder_pass import DecoderPass, LevelBlend
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.onnx_painter import OnnxPainter
from tests.support.torch_sessions import TorchSession, painter_sessions

BLEND = LevelBlend((0.8,) * 4, (0.0, 0.0, 0.2, 0.2))


@pytest.fixture
def sessions(painter: Painter) -> dict[str, TorchSession]:
    return painter_sessions(painter)


@pytest.fixture
def onnx(painter: Painter, sessions: dict[str, TorchSession]) -> OnnxPainter:
    return OnnxPainter(painter, sessions)  # type: ignore[arg-type]


def decode(painter: Painter, photo: torch.Tensor, tiling: Tiling | None = None) -> torch.Tensor:
    """Run a pass toward fixed moments."""
    wanted = {
        level: Moments(
            torch.full((len(photo), painter.live(level)), 0.3),
            torch.eye(painter.live(level)).expand(len(photo), -1, -1),
        )
        for level in range(1, 5)
    }
    cuts = PictureTiling(len(photo), photo.shape[2], photo.shape[3], tiling)
    *_, picture = DecoderPass(painter, photo, wanted, BLEND, tiling=cuts).run()
    assert picture is not None
    return picture.float()


PHOTO = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(3))


def test_paints_as_torch_does(
    painter: Painter, onnx: OnnxPainter, sessions: dict[str, TorchSession]
) -> None:
    torch.testing.assert_close(decode(onnx, PHOTO), decode(painter, PHOTO), atol=1e-3, rtol=1e-3)
    assert all(session.runs for session in sessions.values())


def test_paints_tiles_as_torch_does(painter: Painter, onnx: OnnxPainter) -> None:
    cut = Tiling(whole=0, tile=32)
    one, other = decode(onnx, PHOTO, cut), decode(painter, PHOTO, cut)
    torch.testing.assert_close(one, other, atol=5e-3, rtol=5e-3)


def test_gives_each_picture_of_a_batch_what_it_gets_alone(onnx: OnnxPainter) -> None:
    together = decode(onnx, PHOTO)
    torch.testing.assert_close(together[1:], decode(onnx, PHOTO[1:]), atol=1e-5, rtol=1e-5)


def test_leaves_sides_that_cannot_be_reflected_to_torch(
    painter: Painter, onnx: OnnxPainter, sessions: dict[str, TorchSession]
) -> None:
    tiny = torch.rand(1, 3, 8, 64)
    found = onnx.encode(tiny, 4, above=3)[4]
    torch.testing.assert_close(found, painter.encode(tiny, 4, above=3)[4])
    onnx.run_decoder(3, torch.rand(1, painter.decoder.width(3), 1, 9))
    assert not any(session.runs for session in sessions.values())


def test_is_torch_where_it_must_be_exact(
    onnx: OnnxPainter, sessions: dict[str, TorchSession]
) -> None:
    onnx.in_full().encode(PHOTO, 4)
    assert not any(session.runs for session in sessions.values())
