"""Turn a picture upright as browsers do: by the orientation in the first EXIF block alone.

A library that reads metadata tolerantly finds an orientation in more places: in XMP, in texts, in
a second block, in an entry of the wrong type. A picture turned by those lies on its side for
everybody who looks at the original.
"""

import struct
from typing import Final

from PIL import Image

EXIF_MARK: Final = b"Exif\0\0"
_TAG: Final = 0x0112
_SHORT: Final = 3
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow would turn the picture again by any of these.
_TURNED_BY: Final = frozenset({"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"})


def turn_upright(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image upright, and a note if it had to be turned."""
    orientation = orientation_of(image.info.get("exif"))
    if orientation not in _UPRIGHT:
        return image, ()
    upright = image.transpose(_UPRIGHT[orientation])
    # The next reader of this image must not turn it again.
    upright.info = {key: value for key, value in upright.info.items() if key not in _TURNED_BY}
    return upright, (f"turned upright (EXIF {orientation})",)


def orientation_of(exif: object) -> int:
    """Read the orientation, 1 to 8, from an EXIF block. A damaged block says 1, upright."""
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(EXIF_MARK)
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for at in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _TAG:
                return int(value) if (kind, values) == (_SHORT, 1) else 1
    except struct.error:
        return 1  # the block ends too early
    return 1
