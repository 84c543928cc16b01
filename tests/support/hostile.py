"""Malicious files, and honest files that are hard to read: made in memory to test uploads."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from tests.support.factories import make_picture, picture_bytes

CANARY: Final = "canary-8c1f"
XMP: Final = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- {CANARY} --><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
).encode()
MAKE, ARTIST, COPYRIGHT, GPS, GPS_LATITUDE_REF, GPS_AREA = 0x010F, 0x013B, 0x8298, 0x8825, 1, 0x1C
ORIENTATION: Final = 0x0112
# The changes to an upright picture before it is stored with each EXIF orientation.
STORED_AS: Final[Mapping[int, tuple[Image.Transpose, ...]]] = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """Return `image` as a file of `form`."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, payload: bytes) -> bytes:
    """Return one PNG chunk."""
    check = struct.pack(">I", zlib.crc32(kind + payload))
    return struct.pack(">I", len(payload)) + kind + payload + check


def jpeg_segment(marker: int, payload: bytes) -> bytes:
    """Return one JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def png_of_zeros(width: int, height: int) -> bytes:
    """Return a valid 1-bit PNG of this size: a few kilobytes that unpack to many megabytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def png_with_chunk(kind: bytes, payload: bytes) -> bytes:
    """Return a valid PNG with one more chunk after its header."""
    data = picture_bytes(make_picture())
    return data[:33] + chunk(kind, payload) + data[33:]


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a small JPEG whose header states this size."""
    data = bytearray(picture_bytes(make_picture(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_claiming(width: int, height: int) -> bytes:
    """Return a small lossy WebP whose header states this size."""
    data = bytearray(picture_bytes(make_picture(), "WEBP"))
    data[26:30] = struct.pack("<HH", width, height)
    return bytes(data)


def extended_webp_claiming(width: int, height: int) -> bytes:
    """Return the start of an extended WebP file that states this size."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_with_scans(scans: int) -> bytes:
    """Return a progressive JPEG of exactly `scans` scans; its last scan is repeated."""
    data = encoded(make_picture((96, 64)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    own = data.count(b"\xff\xda")
    return data[:-2] + data[last:-2] * (scans - own) + data[-2:]


def profile_with_red_for_blue() -> bytes:
    """Return an sRGB color profile with its red and blue primaries exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


def animation(form: str) -> bytes:
    """Return an animation of two frames that repeats forever."""
    frames = [make_picture(seed=seed) for seed in (1, 2)]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=80, loop=0)


def exif(orientation: int = 1) -> Image.Exif:
    """Return metadata with a place, a camera and an author."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[MAKE] = tags[ARTIST] = tags[COPYRIGHT] = CANARY
    tags.get_ifd(GPS).update({GPS_LATITUDE_REF: "N", 2: (47.0, 22.0, 0.0), GPS_AREA: CANARY})
    return tags


def talkative(form: str) -> bytes:
    """Return a file with private data about its author in every field that the format has."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = make_picture((160, 120))
    options: dict[str, Any] = {"exif": exif().tobytes(), "icc_profile": srgb}
    if form == "JPEG":
        options |= {"comment": CANARY.encode(), "xmp": XMP}
    if form == "WEBP":
        options |= {"xmp": XMP}
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", CANARY)
        text.add_text("Author", CANARY, zip=True)
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options |= {"pnginfo": text}
    return encoded(picture, form, **options)


def turned(orientation: int, form: str = "JPEG") -> bytes:
    """Return a picture stored with this EXIF orientation, as a turned camera stores it."""
    image = upright()
    for turn in STORED_AS[orientation]:
        image = image.transpose(turn)
    return encoded(image, form, exif=exif(orientation).tobytes())


def upright() -> Image.Image:
    """Return a picture with corners that are red, green, blue and white, clockwise."""
    image = Image.new("RGB", (160, 96), "gray")
    pen = ImageDraw.Draw(image)
    for box, color in (
        ((0, 0, 40, 30), "red"),
        ((119, 0, 159, 30), "lime"),
        ((119, 65, 159, 95), "blue"),
        ((0, 65, 40, 95), "white"),
    ):
        pen.rectangle(box, color)
    return image


def polyglot() -> bytes:
    """Return a PNG that is also a web page."""
    return picture_bytes(make_picture()) + f"<script>{CANARY}</script>".encode()


SPOOFS: Final[Mapping[str, bytes]] = {
    "text": b"This is no picture at all.\n" * 20,
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 96 64\nshowpage\n%%EOF\n",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(64),
    "html": b"<!doctype html><script>alert(1)</script>",
    "psd": b"8BPS\x00\x01" + bytes(64),
    "avif": b"\x00\x00\x00\x20ftypavif" + bytes(64),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(64),
    "riff": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(64),
}
OTHER_FORMATS: Final = ("TIFF", "BMP", "GIF", "ICO", "PPM", "TGA")


def other_format(form: str) -> bytes:
    """Return a valid picture in a format that uploads do not accept."""
    return encoded(make_picture((64, 64)), form)


def _lying_png() -> bytes:
    data = bytearray(picture_bytes(make_picture()))
    data[16:24] = struct.pack(">II", 3000, 3000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


BROKEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "truncated-jpeg": lambda: picture_bytes(make_picture((400, 300)), "JPEG")[:9000],
    "truncated-png": lambda: picture_bytes(make_picture((400, 300)))[:9000],
    "truncated-webp": lambda: picture_bytes(make_picture((400, 300)), "WEBP")[:9000],
    "jpeg-start-only": lambda: b"\xff\xd8\xff",
    "jpeg-without-frame": lambda: b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9",
    "png-start-only": lambda: b"\x89PNG\r\n\x1a\n",
    "png-without-header": lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", bytes(30)),
    "webp-start-only": lambda: b"RIFF\x00\x00\x00\x00WEBP",
    "webp-of-nothing": lambda: b"RIFF\x00\x00\x00\x00WEBPABCD" + bytes(20),
    "png-lying-about-size": _lying_png,
}

# Files of up to 25 MB that are valid, and made to keep a reader of their headers busy.
BUSYWORK: Final[Mapping[str, Callable[[], bytes]]] = {
    "six-million-segments": lambda: b"\xff\xd8" + b"\xff\xe0\x00\x02" * 6_000_000,
    "markers-without-payload": lambda: b"\xff\xd8" + b"\xff\x01" * 12_000_000,
    "thousand-scans": lambda: jpeg_with_scans(1000),
    "two-million-scans": lambda: b"\xff\xd8\xff\xc0\x00\x02" + b"\xff\xda\x00\x02\x55" * 5_000_000,
}

TOO_LARGE: Final[Mapping[str, Callable[[], bytes]]] = {
    "361-megapixel-png-in-45-kilobytes": lambda: png_of_zeros(19_000, 19_000),
    "26-megapixel-png": lambda: png_of_zeros(5_200, 5_000),
    "png-header-of-2-to-the-31": lambda: png_header_only(2**31 - 1, 2**31 - 1),
    "png-ribbon": lambda: png_header_only(12_001, 64),
    "jpeg-header-of-65500": lambda: jpeg_claiming(65_500, 65_500),
    "60-megapixel-jpeg": lambda: jpeg_claiming(9_500, 6_400),
    "webp-header-of-16383": lambda: webp_claiming(16_383, 16_383),
    "extended-webp-of-16-million": lambda: extended_webp_claiming(2**24, 2**24),
}


def gray_of_sixteen_bits(pixels: int) -> bytes:
    """Return a PNG of a few kilobytes with this many pixels, each of which takes much memory."""
    side = int(pixels**0.5)
    header = struct.pack(">IIBBBBB", side, side, 16, 0, 0, 0, 0)
    packed = zlib.compress(bytes((1 + 2 * side) * side), 9)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def png_header_only(width: int, height: int) -> bytes:
    """Return a PNG that ends after its first chunk."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
