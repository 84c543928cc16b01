"""Name a file of a format that is not accepted, so that a refusal can say what was chosen."""

from typing import Final

_BEGINNINGS: Final = {
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"8BPS": "Photoshop",
    b"%PDF-": "PDF",
    b"BM": "BMP",
}
# Two formats share one container, and say in its first box which they are. Phones write `mif1`
# for both, followed by the brand of the coding.
_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1"), "HEIF"),
}
_MOST_BRANDS: Final = 32


def name_of_format(data: bytes) -> str | None:
    """Return the name of the format of a file, as people know it; None if it is not known."""
    if data[4:8] == b"ftyp":
        return _name_of_container(data)
    for beginning, name in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    return "SVG" if b"<svg" in data[:1024].lower() else None


def _name_of_container(data: bytes) -> str | None:
    length = min(int.from_bytes(data[:4], "big"), 16 + 4 * _MOST_BRANDS)
    # The first brand is the main one. The version behind it is no brand.
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length, 4))]
    return next((name for brand, name in _BRANDS.items() if brand in brands), None)
