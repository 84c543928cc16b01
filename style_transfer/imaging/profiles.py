"""Color profiles for pictures that describe their colors by numbers instead of a profile.

A PNG can give the exponent of its values (gAMA) with the chromaticities of its primaries (cHRM),
or code points of ITU-T H.273 (cICP). Each becomes an ICC profile, so that one conversion to sRGB
serves them all.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.png import Png

Matrix = NDArray[np.float64]
Curve = Sequence[float]

# x and y of white, red, green and blue.
Primaries = Sequence[float]
_D65: Final = (0.3127, 0.3290)
_SRGB: Final = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
# The code points of H.273, tables 2 and 3, that pictures use.
_PRIMARIES: Final[dict[int, Primaries]] = {
    1: _SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# Parametric curves of ICC: one value is an exponent g, and five are g, a, b, c, d of
# (a v + b)^g from d on, and c v below.
_SRGB_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_CURVES: Final[dict[int, Curve]] = {
    # Made for television, so shown as ITU-R BT.1886 has displays show them.
    **dict.fromkeys((1, 6, 14, 15), (2.4,)),
    4: (2.2,),
    5: (2.8,),
    8: (1.0,),
    13: _SRGB_CURVE,
}
_HDR: Final = {16: "PQ", 18: "HLG"}
_MOST_TAGS: Final = 100
_PER_UNIT: Final = 100_000  # PNG stores its numbers as hundred-thousandths
_USUAL_GAMMA: Final = 45_455
# Without primaries, an exponent this near to 1 / 2.2 means sRGB.
_NEAR: Final = 0.05

_D50: Final = (0.9642, 1.0, 0.8249)
# Cone responses by Bradford, as ICC.1:2022 uses them to adapt colors to D50.
_BRADFORD: Final[Matrix] = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


class HdrError(InputUnreadableError):
    """The values of the picture are for HDR displays."""

    code = "hdr_unsupported"
    hint = "Save it as a standard picture (SDR)."

    def __init__(self, kind: str) -> None:
        super().__init__(f"The picture is HDR ({kind}).")


def hdr_of_png(png: Png) -> str | None:
    """Return the name of the curve of an HDR picture; None for a standard one.

    Its code points say so, or else those in its profile.
    """
    points = _code_points(png)
    if points is None:
        points = _code_points_of_profile(png.profile() or b"")
    return None if points is None else _HDR.get(points[1])


def profile_of_png(png: Png) -> bytes | None:
    """Return the color profile that a browser uses for a PNG; None means sRGB.

    Code points go before a profile, a profile before sRGB, and sRGB before an exponent. Raises
    HdrError.
    """
    hdr = hdr_of_png(png)
    if hdr:
        raise HdrError(hdr)
    points = _code_points(png)
    if points is not None and points[1] in _CURVES:
        return _unless_srgb(_PRIMARIES[points[0]], _CURVES[points[1]])
    profile = png.profile()
    if profile is not None:
        return profile
    return None if b"sRGB" in png.first else _profile_of_gamma(png)


def _code_points(png: Png) -> bytes | None:
    points = png.payload(b"cICP") or b""
    # A third number other than 0 says that the values are not RGB, which a PNG cannot hold.
    return points if len(points) == 4 and points[0] in _PRIMARIES and points[2] == 0 else None


def _profile_of_gamma(png: Png) -> bytes | None:
    """Return the profile for an exponent. Without an exponent, browsers ignore the primaries."""
    gamma = int.from_bytes(png.payload(b"gAMA") or b"", "big")
    if gamma == 0:
        return None
    chromaticities = png.payload(b"cHRM")
    if chromaticities is not None and len(chromaticities) == 32:
        primaries = [each / _PER_UNIT for each in struct.unpack(">8I", chromaticities)]
    elif abs(gamma / _USUAL_GAMMA - 1) <= _NEAR:
        return None
    else:
        primaries = [*_SRGB]
    try:
        return matrix_profile(primaries, (_PER_UNIT / gamma,))
    except (np.linalg.LinAlgError, ZeroDivisionError, struct.error):
        return None  # these primaries make no colors


def _unless_srgb(primaries: Primaries, curve: Curve) -> bytes | None:
    return None if (primaries, curve) == (_SRGB, _SRGB_CURVE) else matrix_profile(primaries, curve)


def _code_points_of_profile(profile: bytes) -> bytes | None:
    """Return the code points in the tag `cicp` of a profile."""
    (count,) = struct.unpack_from(">I", profile.ljust(132, b"\0"), 128)
    for at in range(132, 132 + 12 * min(count, _MOST_TAGS), 12):
        if profile[at : at + 4] == b"cicp" and at + 12 <= len(profile):
            (offset,) = struct.unpack_from(">I", profile, at + 4)
            points = profile[offset + 8 : offset + 12]
            return points if len(points) == 4 else None
    return None


def matrix_profile(primaries: Primaries, curve: Curve) -> bytes:
    """Make an ICC profile from chromaticities and a parametric curve.

    Raises LinAlgError, ZeroDivisionError or struct.error if the primaries make no colors.
    """
    columns = _to_d50(primaries).T
    kind = {1: 0, 5: 3}[len(curve)]
    para = b"para" + struct.pack(">IHH", 0, kind, 0) + _fixed(*curve)
    white = b"XYZ " + bytes(4) + _fixed(*_D50)
    colors = [b"XYZ " + bytes(4) + _fixed(*column) for column in columns]
    name = "PNG".encode("utf-16-be")
    words = b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(name), 28) + name
    tags = {b"desc": words, b"wtpt": white, b"rTRC": para, b"gTRC": para, b"bTRC": para}
    tags |= dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), colors, strict=True))
    return _assembled(tags)


def _assembled(tags: dict[bytes, bytes]) -> bytes:
    """Put tags behind the header of a display profile, version 4."""
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    head = struct.pack(">I4xI", size, 0x04300000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + _fixed(*_D50)
    return head.ljust(128, b"\0") + table + body


def _fixed(*values: float) -> bytes:
    """Write numbers as ICC does, in 1/65536."""
    return struct.pack(f">{len(values)}i", *(round(value * 65_536) for value in values))


def _to_d50(primaries: Primaries) -> Matrix:
    """Return the matrix (3, 3) from linear RGB to XYZ under D50."""
    white, *colors = (_xyz(*primaries[at : at + 2]) for at in (0, 2, 4, 6))
    columns = np.stack(colors, axis=1)
    scaled: Matrix = columns * np.linalg.solve(columns, white)
    cones_d50, cones = _BRADFORD @ np.array(_D50), _BRADFORD @ white
    adapted: Matrix = np.linalg.inv(_BRADFORD) @ np.diag(cones_d50 / cones) @ _BRADFORD @ scaled
    return adapted


def _xyz(x: float, y: float) -> Matrix:
    """Return the color of luminance 1 with these chromaticities."""
    return np.array([x / y, 1.0, (1 - x - y) / y])
