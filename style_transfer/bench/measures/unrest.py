"""Calm of flat areas: a sky may have the strokes of the artwork's calm places, and no more."""

from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur
from style_transfer.imaging.color import luma_of

_SIGMA = 6.0  # pixels; what this blur removes is detail
_AREA = 12.0  # sigma in pixels of the surroundings by which calm places of an artwork are found
_CALMEST = 0.25  # share of the artwork that counts as calm
_LEAST = 2 / 255  # RMS below which a difference cannot be seen
_FEWEST = 1000  # pixels


def calm_detail(artwork: Tensor) -> float:
    """Measure the detail of the calmest quarter of an artwork (1, 3, H, W) in [0, 1].

    Detail is the RMS of luminance finer than 6 pixels.
    """
    energy = _energy(artwork)
    around = gaussian_blur(energy, _AREA)
    calm = energy[around <= around.flatten().quantile(_CALMEST)].mean()
    return float(calm.sqrt())


def flat_unrest(result: Tensor, flat: Tensor, calm: float) -> float:
    """Divide the detail in the flat areas of a photo by `calm`, that of the artwork's calm places.

    The result is (1, 3, H, W) in [0, 1]; `flat` are the flat areas of its photo, (1, 1, H, W). At 1
    a sky is as calm as the calm places of the artwork; more is grain or marks that do not belong
    there, so lower is better down to 1. NaN says that the photo has no flat areas.
    """
    if flat.sum() < _FEWEST:
        return float("nan")
    own = (_energy(result) * flat).sum() / flat.sum()
    return max(float(own.sqrt()), _LEAST) / max(calm, _LEAST)


def _energy(picture: Tensor) -> Tensor:
    luma = luma_of(picture)
    return (luma - gaussian_blur(luma, _SIGMA)).square()
