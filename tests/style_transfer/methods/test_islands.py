"""Islands of color are removed from a painting."""

import torch

from style_transfer.imaging.color import luma_of
from style_transfer.methods.islands import calm_islands_


def same(photo: torch.Tensor) -> torch.Tensor:
    return photo


def gray(height: int = 256, width: int = 256) -> torch.Tensor:
    return torch.full((1, 3, height, width), 0.5)


def tint(picture: torch.Tensor, amount: float = 0.2) -> torch.Tensor:
    """Return the picture redder, with the same lightness."""
    red = picture.new_tensor([amount, 0.0, 0.0]).view(1, 3, 1, 1)
    return picture + red - luma_of(red)


def redness(picture: torch.Tensor) -> torch.Tensor:
    return picture[:, 0] - picture[:, 1]


def test_an_island_loses_most_of_its_color() -> None:
    painted = gray()
    painted[..., 64:192, 64:192] = tint(painted[..., 64:192, 64:192])

    calm_islands_(painted, gray(), same)

    assert 0.3 < redness(painted)[..., 128, 128].item() / 0.2 < 0.5


def test_strokes_and_dots_keep_their_colors() -> None:
    dots = torch.zeros(256, 256, dtype=torch.bool)
    dots[::4, ::4] = True
    painted = torch.where(dots, tint(gray()), gray())
    before = painted.clone()

    calm_islands_(painted, gray(), same)

    contrast = redness(painted)[0][dots].mean() - redness(painted)[0][~dots].mean()
    assert contrast > 0.9 * (redness(before)[0][dots].mean() - redness(before)[0][~dots].mean())


def test_colors_of_the_photo_stay() -> None:
    photo = gray()
    photo[..., :128] = tint(photo[..., :128])
    painted = photo.clone()

    calm_islands_(painted, photo, same)

    torch.testing.assert_close(painted, photo)


def test_follows_the_photo_in_the_colors_of_the_artwork() -> None:
    painted = gray()

    calm_islands_(painted, gray(), tint)

    assert 0.5 < redness(painted).mean().item() / 0.2 < 0.7


def test_lightness_stays() -> None:
    draw = torch.Generator().manual_seed(0)
    painted = 0.3 + 0.4 * torch.rand(1, 3, 90, 130, generator=draw)
    before = luma_of(painted)

    calm_islands_(painted, (255 * gray(90, 130)).byte(), same)

    torch.testing.assert_close(luma_of(painted), before, rtol=0, atol=1e-5)


def test_changes_a_picture_of_one_pixel_a_side() -> None:
    painted = tint(gray(1, 1))

    calm_islands_(painted, gray(1, 1), same)

    assert painted.isfinite().all()
