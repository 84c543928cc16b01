import pytest
import torch
from torch import Tensor

from style_transfer.imaging.tensors import bands_of_rows
from style_transfer.methods.fast import guided
from style_transfer.methods.fast.guided import Guide
from style_transfer.methods.guide import grade_of


def half_busy(height: int = 48, width: int = 64) -> Tensor:
    """Make a photo (1, 3, H, W) that is flat on its left half and busy on the right one."""
    photo = torch.full((1, 3, height, width), 0.5)
    noise = torch.rand(1, 3, height, width // 2, generator=torch.Generator().manual_seed(0))
    photo[..., width // 2 :] = noise
    return photo


def led(photo: Tensor, painting: Tensor, strength: float = 0.75, *, again: bool = False) -> Tensor:
    guide, out = Guide(photo, grade_of(photo), strength), torch.empty_like(painting)
    guide.lead_(out, painting, photo, again=again)
    return out


class TestGuide:
    def test_follows_the_photo_most_where_it_is_busy(self) -> None:
        photo = half_busy()
        painting = torch.full_like(photo, 0.2)
        away = (led(photo, painting) - painting).abs() / (photo - painting).abs().clamp_min(0.05)
        assert away[..., 8:24].mean() < 0.5 * away[..., 40:56].mean()

    def test_brings_the_colors_of_the_look(self) -> None:
        photo, art = half_busy(), half_busy() * torch.tensor([1.0, 0.6, 0.2]).view(1, 3, 1, 1)
        out = torch.empty_like(photo)
        Guide(photo, grade_of(art), 1.0).lead_(out, torch.full_like(photo, 0.4), photo, again=False)
        red, green, blue = out[..., 36:].mean((0, 2, 3))
        assert red > green > blue

    def test_follows_less_with_more_strength(self) -> None:
        photo, painting = half_busy(), torch.full((1, 3, 48, 64), 0.2)
        away = [
            float((led(photo, painting, strength) - photo).abs().mean())
            for strength in (0.1, 0.5, 0.75, 0.9, 1.0)
        ]
        assert away == sorted(away)
        assert away[-1] > 1.05 * away[-2]

    def test_adds_mainly_detail_the_next_time(self) -> None:
        photo = half_busy()
        darker = photo - 0.3
        shift = [
            float((led(photo, darker, again=again) - darker).mean()) for again in (False, True)
        ]
        assert 0 < shift[1] < 0.6 * shift[0]

    @pytest.mark.parametrize("again", [False, True])
    def test_does_not_depend_on_the_bands(
        self, monkeypatch: pytest.MonkeyPatch, *, again: bool
    ) -> None:
        photo, painting = half_busy(), half_busy().flip(2)
        whole = led(photo, painting, again=again)
        assert len(list(bands_of_rows(photo))) == 1
        for rows in (1, 5, 7):
            bands = [slice(top, min(top + rows, 48)) for top in range(0, 48, rows)]
            monkeypatch.setattr(guided, "bands_of_rows", lambda _picture, bands=bands: bands)
            torch.testing.assert_close(led(photo, painting, again=again), whole)

    @pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
    def test_accepts_flat_photos(self, value: float) -> None:
        flat = torch.full((1, 3, 16, 32), value)
        out = led(flat, half_busy(16, 32), again=True)
        assert out.isfinite().all()
        assert 0 <= out.min() <= out.max() <= 1
