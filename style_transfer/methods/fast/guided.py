"""Lead a painting back to the photo's shapes before the next size is painted.

A painting of a small size has bold marks, but eyes and mouths have melted into them. Painted again
at a larger size, they would stay lost. So the enlarged painting is first mixed with the photo in
the artwork's colors, most where the photo is busy. The next pass then paints these shapes in
strokes; a mix at the end would look like a photo under glass.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import scaled
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, bands_of_rows
from style_transfer.methods.guide import ColorGrade, Recoloring, detail, faith, grade_of

# The root of the area of the small photo, in pixels, on which colors and detail are measured. So
# they are the same for every size of the result.
_SIDE = 512
_CLOSER = 2.0  # times as faithful as the method optimize: decoding loses shapes that patches keep
_EVEN = 0.2  # the share of the faith that flat places get as well
# The share of coarse changes that larger sizes make again. In full, a photo would replace the marks
# more and more with each size; without it, edges that the marks moved would be seen twice.
_AGAIN = 0.35
_MARGIN = 2  # rows that halving and doubling look at beyond a band
_WHOLLY = 0.5  # from this strength on the guide has the artwork's colors, below it a mix


class Guide:
    """What the painting of one photo follows, and how closely at each place."""

    def __init__(self, photo: Tensor, grade: ColorGrade, strength: float) -> None:
        """Measure photo (1, 3, H, W), bytes or floats in [0, 1]; `grade` is the artwork's."""
        height, width = photo.shape[2:]
        factor = min(1.0, _SIDE / (height * width) ** 0.5)
        small = resize(as_floats(photo), scaled(width, height, factor))  # (1, 3, h, w)
        self._recoloring = Recoloring(grade_of(small), grade)
        self._colored = min(1.0, strength / _WHOLLY)
        weight = _CLOSER * faith(strength) * (_EVEN + (1 - _EVEN) * detail(self._colors(small)))
        self._share = weight / (1 + weight)  # (1, 1, h, w), of the guide in the mix

    @torch.no_grad()
    def lead_(self, led: Tensor, painting: Tensor, photo: Tensor, *, again: bool) -> None:
        """Write a painting (1, 3, H, W) in [0, 1], mixed with the photo, to `led` of that size.

        All three have the same size, and even sides. `again` adds mainly what is finer than a
        painting of half the size can show, because the rest was mixed in before.
        """
        height, width = painting.shape[2:]
        share = F.interpolate(
            self._share, (height, width), mode="bilinear", align_corners=False
        )  # (1, 1, H, W)
        coarse = 1 - _AGAIN if again else 0.0
        for rows in bands_of_rows(painting):
            # With a margin, and from an even row on, so that halving sees the same in each band.
            first = max(0, (rows.start - _MARGIN) // 2 * 2)
            last = min(height, (rows.stop + _MARGIN + 1) // 2 * 2)
            change = (
                self._colors(as_floats(photo[..., first:last, :])) - painting[..., first:last, :]
            )
            if coarse:
                change -= coarse * _without_detail(change)
            change = change[..., rows.start - first : rows.stop - first, :]
            band = painting[..., rows, :] + share[..., rows, :] * change
            led[..., rows, :].copy_(band.clamp_(0, 1))

    def _colors(self, photo: Tensor) -> Tensor:
        return photo.lerp(self._recoloring.apply(photo), self._colored)


def _without_detail(x: Tensor) -> Tensor:
    """Remove what half of the sides cannot show from x (1, 3, H, W), whose sides are even."""
    halved = F.avg_pool2d(x, 2)
    return F.interpolate(halved, x.shape[-2:], mode="bilinear", align_corners=False)
