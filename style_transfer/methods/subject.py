"""Where the subject of a photo is: its faces or, if that is asked, what stands out most.

A painter takes a finer brush for a face. Methods read the map of the subject: inside they follow
the photo's shapes and colors more closely, and outside they paint as always.
"""

import logging
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.sizes import scaled
from style_transfer.core.spec import KeepFaces
from style_transfer.features.faces import Face, find_faces
from style_transfer.imaging.blur import mean_blur
from style_transfer.imaging.color import luma_of, with_luma
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, bands_of_rows

_log = logging.getLogger(__name__)

_SIDE = 512  # pixels: the root of the area of the small photo that is searched
_LEAST_SHARE = 0.01  # of the photo; smaller faces are kept clear only when that is asked
# A face is an ellipse. In units of half the box, it is kept wholly up to the first radius and not
# at all from the second on, so that no edge is seen.
_WHOLLY, _NOT = 0.9, 1.5
_TALLER = 1.15  # boxes end at brows and chin
# What stands out is kept less than a face: its shapes matter, and nobody knows it.
_STANDS_OUT = 0.6
_NEAR, _FAR = 0.02, 0.25  # sigmas of center and surround, as shares of the longest side
_COLORED = 0.8  # how far colors go toward the calm ones
_COARSE = 96  # pixels: the root of the area on which slow changes are measured
_SLOW, _MOST_SLOW = 0.2, 0.08  # sigma as a share of the subject's side, and of the longest side


def find_subject(photo: Tensor, keep: KeepFaces) -> Tensor | None:
    """Map the subject of photo (1, 3, H, W), bytes or floats in [0, 1]: (1, 1, h, w) in [0, 1].

    The map is small. None means that there is nothing to keep clear. Without the network that
    finds faces, AUTO keeps nothing clear, and ON raises ModelMissingError.
    """
    if keep is KeepFaces.OFF:
        return None
    height, width = photo.shape[2:]
    size = scaled(width, height, min(1.0, _SIDE / (height * width) ** 0.5))
    small = resize(as_floats(photo), size)
    faces = _find_faces(small, keep)
    if keep is KeepFaces.AUTO and sum(face.area for face in faces) < _LEAST_SHARE:
        return None
    found = _ellipses(faces, small) if faces else _STANDS_OUT * stands_out(small)
    return found if float(found.amax()) > 0 else None


def _find_faces(photo: Tensor, keep: KeepFaces) -> list[Face]:
    """Find the faces of a small photo (1, 3, h, w). A painting that did not ask needs none."""
    try:
        return find_faces(photo)
    except ModelMissingError as error:
        if keep is KeepFaces.ON:
            raise
        _log.warning("Faces are not kept clear: %s", error)
        return []


def enlarged(subject: Tensor, height: int, width: int) -> Tensor:
    """Scale the map of a subject to (1, 1, height, width)."""
    return F.interpolate(subject, (height, width), mode="bilinear", align_corners=False)


@torch.no_grad()
def calm_colors_(
    painted: Tensor, photo: Tensor, colors: Callable[[Tensor], Tensor], subject: Tensor
) -> None:
    """Remove islands of color from the subject of a painting (1, 3, H, W) in [0, 1], in place.

    So no patch of skin turns green because one stroke of the artwork is. `colors` gives the photo
    (1, 3, H, W), or a part of it, in the colors of the artwork. The painting keeps its own color
    where that changes slowly, and takes finer changes of hue and saturation from the photo.
    """
    height, width = painted.shape[2:]
    size = scaled(width, height, min(1.0, _COARSE / (height * width) ** 0.5))
    guide, where = colors(resize(as_floats(photo), size)), resize(subject, size)
    reach = min(_SLOW * float(where.sum()) ** 0.5, _MOST_SLOW * max(size))
    apart = mean_blur((resize(as_floats(painted), size) - guide) * where, reach)
    apart /= mean_blur(where, reach).clamp_min(1e-3)
    share, apart = enlarged(subject, height, width), enlarged(apart, height, width)
    for rows in bands_of_rows(painted):
        band, much = as_floats(painted[..., rows, :]), _COLORED * share[..., rows, :]
        wanted = colors(as_floats(photo[..., rows, :])) + apart[..., rows, :]
        calm = with_luma(band.lerp(wanted, much), luma_of(band))
        painted[..., rows, :].copy_(torch.where(much > 0, calm, band))


def stands_out(photo: Tensor) -> Tensor:
    """Map how much each place of a photo differs from what is around it: (1, 1, h, w), 0 to 1.

    This is the contrast of a small center with a wide surround (Itti, Koch & Niebur 1998, "A Model
    of Saliency-Based Visual Attention").
    """
    height, width = photo.shape[2:]
    small = resize(photo, scaled(width, height, min(1.0, _COARSE / (height * width) ** 0.5)))
    longest = max(small.shape[2:])
    center, surround = (mean_blur(small, share * longest) for share in (_NEAR, _FAR))
    contrast = mean_blur((center - surround).square().sum(1, keepdim=True).sqrt(), _NEAR * longest)
    low, high = contrast.quantile(0.6), contrast.quantile(0.95)
    if high - low < 1e-3:
        return torch.zeros_like(contrast)
    return _smooth_step((contrast - low) / (high - low))


def _ellipses(faces: list[Face], photo: Tensor) -> Tensor:
    height, width = photo.shape[2:]
    across = (torch.arange(width, device=photo.device) + 0.5) / width
    down = (torch.arange(height, device=photo.device) + 0.5)[:, None] / height
    kept = photo.new_zeros(1, 1, height, width)
    for face in faces:
        x = (across - (face.left + face.right) / 2) / ((face.right - face.left) / 2)
        y = (down - (face.top + face.bottom) / 2) / ((face.bottom - face.top) / 2 * _TALLER)
        radius = (x.square() + y.square()).sqrt()  # (h, w)
        kept = torch.maximum(kept, _smooth_step((_NOT - radius) / (_NOT - _WHOLLY)))
    return kept


def _smooth_step(x: Tensor) -> Tensor:
    x = x.clamp(0, 1)
    return x.square() * (3 - 2 * x)
