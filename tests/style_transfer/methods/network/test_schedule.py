"""The method network: found by the artwork, blended by weight, the same in tiles and whole."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.shares import StyleNeedsPictureError
from style_transfer.core.spec import Color, StyleInput, TransferSpec
from style_transfer.imaging.color import palette_of
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Attempt, Frame
from style_transfer.methods.network import schedule as network
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.methods.network.schedule import (
    AS_TRAINED,
    NetworkMissingError,
    Share,
    find_networks,
    load_network,
)
from style_transfer.pipeline.stylize import stylize
from style_transfer.training.export import export_halves, to_halves_

CPU = torch.device("cpu")
FULL = TransferSpec(method="network", strength=AS_TRAINED)
CARD = {"license": "MIT", "origin": "a test", "data": [], "command": ""}


def draw(seed: int, width: int = 60, height: int = 48) -> Image.Image:
    """Draw soft random blobs of color."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


SCREAM, WAVE, OTHER = draw(1), draw(2), draw(3)
PHOTO = to_tensor(draw(9, 72, 56), CPU)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Register two untrained networks, for two of the artworks."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    for seed, (name, artwork) in enumerate((("scream", SCREAM), ("wave", WAVE))):
        torch.manual_seed(seed)
        trained = PaintingNet(4, light=bool(seed))
        trained.take_palette_(palette_of(to_tensor(artwork, CPU)))
        card = CARD | {"figures": {"artwork": perceptual_hash(artwork)}}
        export_halves(to_halves_(trained), tmp_path, f"network-{name}", card)
    return tmp_path


def paint(photo: Tensor, shares: list[Share], spec: TransferSpec) -> Iterator[Frame]:
    """Paint by torch."""
    return network.paint(photo, shares, spec, Attempt(CPU))


def last(frames: Iterator[Frame]) -> Tensor:
    """Return the picture of the last frame."""
    *_, frame = frames
    assert frame.image is not None
    return frame.image


ONE = [Share("network-scream", 1.0)]


class TestFindNetworks:
    def test_recognizes_the_artwork_in_any_size_and_mode(self) -> None:
        small = SCREAM.resize((40, 32)).convert("RGBA")
        found = find_networks([StyleInput(small, 0.25), StyleInput(WAVE, 0.75)])
        assert found == [Share("network-scream", 0.25), Share("network-wave", 0.75)]

    def test_says_what_to_do_when_there_is_no_network(self) -> None:
        with pytest.raises(NetworkMissingError, match="for this artwork") as caught:
            find_networks([StyleInput(OTHER)])
        assert caught.value.code == "network_missing"
        assert "train network" in caught.value.hint

    def test_finds_no_network_in_an_empty_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path / "empty"))
        with pytest.raises(NetworkMissingError):
            find_networks([StyleInput(SCREAM)])

    def test_needs_a_picture_or_a_code_that_names_its_artwork(self) -> None:
        with pytest.raises(StyleNeedsPictureError):
            find_networks([StyleInput(None, embedding=b"x")])
        code = StyleEmbedding.from_picture(WAVE, load_painter(CPU)).to_bytes()
        assert [share.name for share in find_networks([StyleInput(None, embedding=code)])] == [
            "network-wave"
        ]

    def test_paints_the_same_from_a_code(self) -> None:
        code = StyleEmbedding.from_picture(WAVE, load_painter(CPU)).to_bytes()
        pictures = []
        for style in (StyleInput(WAVE), StyleInput(None, embedding=code)):
            *_, last = stylize(draw(9, 72, 56), [style], FULL, device="cpu")
            assert last.image is not None
            pictures.append(last.image.tobytes())
        assert pictures[0] == pictures[1]


class TestLoadNetwork:
    def test_returns_a_frozen_network(self) -> None:
        loaded = load_network("network-wave", CPU)
        assert loaded.light
        assert not any(weight.requires_grad for weight in loaded.parameters())

    def test_refuses_a_file_that_its_card_does_not_describe(self, folder: Path) -> None:
        path = folder / "network-scream.safetensors"
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(ModelMissingError, match="not the file that its card describes"):
            load_network("network-scream", CPU)

    def test_refuses_a_file_without_a_card(self, folder: Path) -> None:
        save_file(PaintingNet(4).state_dict(), folder / "network-stray.safetensors")
        with pytest.raises(ModelMissingError, match="not installed"):
            load_network("network-stray", CPU)

    def test_refuses_a_pickle(self, folder: Path) -> None:
        torch.save({"a": torch.zeros(1)}, folder / "network-scream.safetensors")
        with pytest.raises(ModelMissingError, match="pickle"):
            load_network("network-scream", CPU)

    def test_refuses_another_layout(self, folder: Path) -> None:
        export_halves(
            {"conv.weight": torch.zeros(1)}, folder, "network-odd", {**CARD, "figures": {}}
        )
        with pytest.raises(ModelMissingError, match="do not fit"):
            load_network("network-odd", CPU)


class TestPaint:
    def test_paints_in_the_size_of_the_photo(self) -> None:
        frames = list(paint(PHOTO, ONE, FULL))
        assert [(frame.done, frame.total) for frame in frames] == [(1, 1)]
        painted = last(iter(frames))
        assert painted.shape == PHOTO.shape
        assert 0 <= painted.min() < painted.max() <= 1

    def test_returns_the_photo_at_strength_0(self) -> None:
        assert torch.equal(
            last(paint(PHOTO, ONE, TransferSpec(method="network", strength=0))), PHOTO
        )

    def test_differs_more_from_the_photo_with_more_strength(self) -> None:
        away = [
            (last(paint(PHOTO, ONE, TransferSpec(method="network", strength=strength))) - PHOTO)
            .abs()
            .mean()
            .item()
            for strength in (0.05, 0.2, 0.5)
        ]
        assert away == sorted(away)
        assert away[0] < away[2] / 3

    def test_depends_only_on_the_seed(self) -> None:
        once, again = last(paint(PHOTO, ONE, FULL)), last(paint(PHOTO, ONE, FULL))
        assert torch.equal(once, again)
        other = TransferSpec(method="network", strength=AS_TRAINED, seed=1)
        assert not torch.equal(once, last(paint(PHOTO, ONE, other)))

    def test_blends_networks_by_their_shares(self) -> None:
        alone = [last(paint(PHOTO, [Share(f"network-{n}", 1.0)], FULL)) for n in ("scream", "wave")]
        both = [Share("network-scream", 0.25), Share("network-wave", 0.75)]
        frames = list(paint(PHOTO, both, FULL))
        assert [(frame.done, frame.total) for frame in frames] == [(1, 2), (2, 2)]
        mixed = 0.25 * alone[0] + 0.75 * alone[1]
        # Where one network leaves [0, 1], the mean before the clamp differs from the mean after it.
        assert (last(iter(frames)) - mixed).abs().mean() < 0.02

    def test_leaves_other_colors_to_the_canvas(self) -> None:
        matched = TransferSpec(method="network", strength=AS_TRAINED, color=Color.MATCH)
        assert torch.equal(last(paint(PHOTO, ONE, matched)), last(paint(PHOTO, ONE, FULL)))

    @pytest.mark.parametrize("style_scale", [0.25, 0.5, 2.0, 4.0])
    def test_paints_with_any_style_scale(self, style_scale: float) -> None:
        spec = TransferSpec(method="network", strength=AS_TRAINED, style_scale=style_scale)
        painted = last(paint(PHOTO, ONE, spec))
        assert painted.shape == PHOTO.shape
        assert not torch.equal(painted, last(paint(PHOTO, ONE, FULL)))

    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (33, 5), (17, 63)])
    def test_accepts_any_size(self, size: tuple[int, int]) -> None:
        painted = last(paint(torch.rand(1, 3, *size), ONE, FULL))
        assert painted.shape == (1, 3, *size)
        assert painted.isfinite().all()

    def test_shows_no_seam_between_tiles(self, monkeypatch: pytest.MonkeyPatch) -> None:
        photo = to_tensor(draw(5, 320, 288), CPU)
        monkeypatch.setattr(network, "_STATISTICS", 320 * 288)
        whole = last(paint(photo, ONE, FULL))
        monkeypatch.setattr(network, "WHOLE", 20_000)
        monkeypatch.setattr(network, "TILE", 128)
        frames = list(paint(photo, ONE, FULL))
        assert [(frame.done, frame.total) for frame in frames] == [(n, 9) for n in range(1, 10)]
        torch.testing.assert_close(last(iter(frames)), whole, rtol=0, atol=2e-3)


def test_is_one_of_the_methods() -> None:
    styles = [StyleInput(SCREAM)]
    *_, step = stylize(draw(9, 72, 56), styles, FULL, device="cpu")
    assert step.image is not None
    assert step.image.size == (72, 56)
    assert step.report is not None
    assert set(step.report.weights) == {"network-scream"}


def test_does_not_depend_on_the_order_of_styles() -> None:
    first, second = StyleInput(SCREAM, 1), StyleInput(WAVE, 3)
    pictures = []
    for styles in ((first, second), (second, first)):
        *_, step = stylize(draw(9, 72, 56), styles, FULL, device="cpu")
        assert step.image is not None
        pictures.append(step.image.tobytes())
    assert pictures[0] == pictures[1]
