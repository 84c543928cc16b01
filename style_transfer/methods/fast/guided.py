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
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, bands_of_rows
from style_transfer.methods.flow import spare
from style_transfer.methods.guide import ColorGrade, Recoloring, detail, faith, grade_of, share_of
from style_transfer.methods.islands import calm_islands_
from style_transfer.methods.subject import calm_colors_, enlarged

# The root of the area of the small photo, in pixels, on which colors and detail are measured. So
# they are the same for every size of the result.
_SIDE = 512
_CLOSER = 2.0  # times as faithful as optimize, which follows its guide at more sizes
_EVEN = 0.2  # the share of the faith that flat places get as well
# The share of coarse changes that larger sizes make again. In full, a photo would replace the marks
# more and more with each size; without it, edges that the marks moved would be seen twice.
_AGAIN = 0.35
_SUBJECT = 3.0  # times as much weight of the guide for the shapes of the subject
_MARGIN = 2  # rows that halving and doubling look at beyond a band
_WHOLLY = 0.5  # from this strength on the guide has the artwork's colors, below it a mix


class Guide:
    """What the painting of one photo follows, and how closely at each place."""

    def __init__(
        self, photo: Tensor, grade: ColorGrade, strength: float, subject: Tensor | None = None
    ) -> None:
        """Measure photo (1, 3, H, W), bytes or floats in [0, 1]; `grade` is the artwork's.

        `subject` (1, 1, h, w) in [0, 1] is followed more closely.
        """
        height, width = photo.shape[2:]
        factor = min(1.0, _SIDE / (height * width) ** 0.5)
        small = resize(as_floats(photo), scaled(width, height, factor))  # (1, 3, h, w)
        self._recoloring = Recoloring(grade_of(small), grade)
        self._colored = min(1.0, strength / _WHOLLY)
        weight = _CLOSER * faith(strength) * (_EVEN + (1 - _EVEN) * detail(self._colors(small)))
        self._share = share_of(weight)  # (1, 1, h, w), of the guide in the mix
        # The shapes of the subject follow the guide so closely, but not its colors: a face in other
        # colors than the neck would look pasted in.
        self._close = share_of(_SUBJECT * weight)
        self.subject = subject
        self.spared = spare(self._share, subject)  # (1, 1, h, w), of the noise along lines

    @torch.no_grad()
    def lead_(self, led: Tensor, painting: Tensor, photo: Tensor, *, again: bool) -> None:
        """Write a painting (1, 3, H, W) in [0, 1], mixed with the photo, to `led` of that size.

        All three have the same size, and even sides. `again` adds mainly what is finer than a
        painting of half the size can show, because the rest was mixed in before.
        """
        height, width = painting.shape[2:]
        share = enlarged(self._share, height, width)  # (1, 1, H, W)
        coarse = 1 - _AGAIN if again else 0.0
        shapes = self._shapes(height, width)
        for rows in bands_of_rows(painting):
            # With a margin, and from an even row on, so that halving sees the same in each band.
            first = max(0, (rows.start - _MARGIN) // 2 * 2)
            last = min(height, (rows.stop + _MARGIN + 1) // 2 * 2)
            whole = (
                self._colors(as_floats(photo[..., first:last, :])) - painting[..., first:last, :]
            )
            change = whole - coarse * _without_detail(whole) if coarse else whole
            change, whole = (
                each[..., rows.start - first : rows.stop - first, :] for each in (change, whole)
            )
            change = share[..., rows, :] * change
            if shapes is not None:
                kept, close = (each[..., rows, :] for each in shapes)
                change += kept * (close * luma_of(whole) - luma_of(change))
            led[..., rows, :].copy_((painting[..., rows, :] + change).clamp_(0, 1))

    def _shapes(self, height: int, width: int) -> tuple[Tensor, Tensor] | None:
        """Give the subject, and how closely it follows the guide: (1, 1, H, W) each."""
        if self.subject is None:
            return None
        return enlarged(self.subject, height, width), enlarged(self._close, height, width)

    def calm_colors_(self, painting: Tensor, photo: Tensor) -> None:
        """Remove islands of color from a painting (1, 3, H, W), in place.

        In the subject even strokes get nearly the photo's hues.
        """
        calm_islands_(painting, photo, self._colors)
        if self.subject is not None:
            calm_colors_(painting, photo, self._colors, self.subject)

    def _colors(self, photo: Tensor) -> Tensor:
        return photo.lerp(self._recoloring.apply(photo), self._colored)


def _without_detail(x: Tensor) -> Tensor:
    """Remove what half of the sides cannot show from x (1, 3, H, W), whose sides are even."""
    halved = F.avg_pool2d(x, 2)
    return F.interpolate(halved, x.shape[-2:], mode="bilinear", align_corners=False)
