"""QR codes, from which a phone reads the address of a link."""

import io
from typing import Final

import segno

# In modules, which are the small squares. The standard asks for a white border of four.
BORDER: Final = 4
PNG_SCALE: Final = 16


def qr_code(address: str, form: str) -> bytes:
    """Return the QR code of `address` as the bytes of an "svg" or a "png" file.

    Up to 15 % of a printed code may be damaged.
    """
    buffer = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    if form == "svg":
        code.save(buffer, kind="svg", border=BORDER, light="#fff", omitsize=True)
    else:
        code.save(buffer, kind="png", border=BORDER, scale=PNG_SCALE)
    return buffer.getvalue()
