"""One picture in every format and mode as programs write them, made in memory.

The picture has four quarters: red, green, blue and yellow, or four grays.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support.hostile import chunk, encoded, jpeg_segment, profile_with_red_for_blue

Made = Callable[[], bytes]
Color = tuple[int, int, int]

WIDTH, HEIGHT = 96, 64
COLORS: Final[Sequence[Color]] = ((220, 40, 40), (40, 180, 60), (40, 80, 200), (240, 210, 60))
GRAYS: Final = (30, 90, 160, 230)
GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
START: Final = b"\x89PNG\r\n\x1a\n"
D65: Final = (0.3127, 0.3290)
P3: Final = (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
REC709: Final = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def in_quarters(values: Sequence[Any]) -> NDArray[np.uint16]:
    """Return an array (H, W) or (H, W, C) with one of four values in each quarter."""
    top = np.repeat(np.array([values[:2]]), WIDTH // 2, axis=1)
    bottom = np.repeat(np.array([values[2:]]), WIDTH // 2, axis=1)
    return np.repeat(np.concatenate([top, bottom]), HEIGHT // 2, axis=0).astype(np.uint16)


def quarters() -> Image.Image:
    """Return the picture in colors."""
    return Image.fromarray(in_quarters(COLORS).astype(np.uint8))


def png(
    samples: NDArray[np.uint16],
    color: int,
    depth: int = 8,
    *,
    before: Iterable[bytes] = (),
    after: Iterable[bytes] = (),
    end: bool = True,
) -> bytes:
    """Return a PNG of samples (H, W) or (H, W, C), with chunks before and after its pixels."""
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, color, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + _packed(row, depth) for row in samples)))
    parts = [START, chunk(b"IHDR", header), *before, pixels, *after]
    return b"".join([*parts, chunk(b"IEND", b"")] if end else parts)


def _packed(row: NDArray[np.uint16], depth: int) -> bytes:
    if depth >= 8:
        return row.astype(">u2" if depth == 16 else np.uint8).tobytes()
    bits = (row[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()


def color_png(*before: bytes, after: Iterable[bytes] = (), end: bool = True) -> bytes:
    """Return the picture as a PNG of 8 bits with these chunks."""
    return png(in_quarters(COLORS), RGB, before=before, after=after, end=end)


def gray_png(depth: int, *before: bytes, transparent: bool = False) -> bytes:
    """Return the gray picture as a PNG; its first quarter can be the transparent value."""
    levels = np.rint(in_quarters(GRAYS) / 255 * (2**depth - 1)).astype(np.uint16)
    key = [chunk(b"tRNS", struct.pack(">H", levels[0, 0]))] if transparent else []
    return png(levels, GRAY, depth, before=[*before, *key])


def palette_png(depth: int, *before: bytes, after_palette: Iterable[bytes] = ()) -> bytes:
    """Return the picture as a PNG with a palette."""
    palette = chunk(b"PLTE", bytes(value for color in COLORS for value in color))
    numbers = in_quarters(range(4))
    return png(numbers, PALETTE, depth, before=[*before, palette, *after_palette])


def nearly_transparent_png() -> bytes:
    """Return a PNG of 16 bits: one quarter is transparent, and the next differs by one step."""
    red, _green, *others = (tuple(257 * value for value in color) for color in COLORS)
    almost = (red[0] + 1, *red[1:])
    key = chunk(b"tRNS", struct.pack(">HHH", *red))
    return png(in_quarters([red, almost, *others]), RGB, 16, before=[key])


def gamma(exponent: int) -> bytes:
    """Return the chunk with the exponent of a PNG, in hundred-thousandths."""
    return chunk(b"gAMA", struct.pack(">I", exponent))


def primaries(*values: float) -> bytes:
    """Return the chunk with the chromaticities of a PNG."""
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def points(primary: int, transfer: int) -> bytes:
    """Return the chunk with the code points of a PNG."""
    return chunk(b"cICP", bytes([primary, transfer, 0, 1]))


def profile(content: bytes = b"") -> bytes:
    """Return the chunk with a profile in which red and blue are exchanged."""
    packed = zlib.compress(content or profile_with_red_for_blue())
    return chunk(b"iCCP", b"a name\0\0" + packed)


def text(name: str, value: str = "6") -> bytes:
    """Return a chunk with a text."""
    return chunk(b"tEXt", f"{name}\0{value}".encode("latin-1"))


def damaged(whole: bytes) -> bytes:
    """Return a chunk with a wrong checksum."""
    return whole[:-1] + bytes([whole[-1] ^ 1])


def orientation(value: int, *, kind: int = 3, count: int = 1, order: str = ">") -> bytes:
    """Return an EXIF block with nothing but an orientation."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    stored = struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
    entry = struct.pack(f"{order}HHI", 0x0112, kind, count) + stored
    return mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)


def turned_png(*blocks: bytes, after: Iterable[bytes] = ()) -> bytes:
    """Return a PNG with these EXIF blocks."""
    late = [chunk(b"eXIf", block) for block in after]
    return color_png(*(chunk(b"eXIf", block) for block in blocks), after=late)


def jpeg(**options: Any) -> bytes:
    """Return the picture as a JPEG of high quality."""
    return encoded(quarters(), "JPEG", **{"quality": 95, "subsampling": 0} | options)


def jpeg_with(*payloads: bytes) -> bytes:
    """Return a JPEG with these segments for applications (APP1) after its start."""
    data = jpeg()
    return data[:2] + b"".join(jpeg_segment(0xE1, each) for each in payloads) + data[2:]


def turned_jpeg(*blocks: bytes) -> bytes:
    """Return a JPEG with these EXIF blocks."""
    return jpeg_with(*(b"Exif\0\0" + block for block in blocks))


def frames(claimed: int, *, first: bool = True, more: int = 0, claim: bool = True) -> bytes:
    """Return a PNG that claims frames: its own picture is the first, and blue ones follow."""
    control = struct.pack(">IIIIHHBB", WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    blue = zlib.compress((b"\0" + bytes((0, 0, 255)) * WIDTH) * HEIGHT)
    later = []
    for number in range(more):
        later.append(chunk(b"fcTL", struct.pack(">I", 2 * number + first) + control))
        later.append(chunk(b"fdAT", struct.pack(">I", 2 * number + first + 1) + blue))
    head = [chunk(b"acTL", struct.pack(">II", claimed, 0))] if claim else []
    own = [chunk(b"fcTL", bytes(4) + control)] if first else []
    return color_png(*head, *own, after=later)


def webp(**options: Any) -> bytes:
    """Return the picture as a WebP without loss."""
    return encoded(quarters(), "WEBP", lossless=True, **options)


def framed_webp(count: int = 1, *, animated: bool = True, side: int = WIDTH) -> bytes:
    """Return a WebP with the mark of an animation and `count` frames of this width."""
    frame = encoded(quarters().resize((side, side * HEIGHT // WIDTH)), "WEBP", lossless=True)[12:]
    size = _three(side - 1) + _three(side * HEIGHT // WIDTH - 1)
    body = _webp_chunk(b"ANMF", bytes(6) + size + _three(100) + b"\0" + frame)
    canvas = bytes([0x02 * animated, 0, 0, 0]) + _three(WIDTH - 1) + _three(HEIGHT - 1)
    head = _webp_chunk(b"VP8X", canvas) + _webp_chunk(b"ANIM", bytes(6))
    content = b"WEBP" + head + body * count
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _webp_chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def with_alpha(depth: int = 8, color: int = RGB_ALPHA, *before: bytes) -> bytes:
    """Return a half transparent PNG."""
    values: Sequence[Any] = COLORS if color == RGB_ALPHA else [(gray,) for gray in GRAYS]
    samples = in_quarters([(*value, 128) for value in values])
    return png(samples * (257 if depth == 16 else 1), color, depth, before=before)


# Nothing in these files changes the picture.
UNCHANGED: Final[Mapping[str, Made]] = {
    "png": color_png,
    "png-16": lambda: png(in_quarters(COLORS) * 257, RGB, 16),
    "png-palette": lambda: palette_png(2),
    "png-interlaced": lambda: encoded(quarters(), "PNG", interlace=1),
    "png-transparency-text": lambda: color_png(text("transparency")),
    "png-orientation-text": lambda: color_png(text("orientation")),
    "png-exif-text": lambda: color_png(text("Raw profile type exif", "\nexif\n 1\n00")),
    "png-gamma-text": lambda: color_png(text("gamma"), text("icc_profile"), text("interlace")),
    "png-large-text": lambda: color_png(
        chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(bytes(1_500_000)))
    ),
    "png-10000-texts": lambda: color_png(text("a") * 10_000),
    "png-damaged-text": lambda: color_png(damaged(text("a"))),
    "png-damaged-exif": lambda: color_png(damaged(chunk(b"eXIf", orientation(6)))),
    "png-damaged-gamma": lambda: color_png(damaged(gamma(100_000))),
    "png-gamma-and-srgb": lambda: color_png(gamma(100_000), chunk(b"sRGB", b"\0")),
    "png-usual-gamma": lambda: color_png(gamma(45_455)),
    "png-gamma-0": lambda: color_png(gamma(0)),
    "png-late-gamma": lambda: color_png(after=[gamma(100_000)]),
    "png-primaries-alone": lambda: color_png(primaries(*P3)),
    "png-impossible-primaries": lambda: color_png(gamma(100_000), primaries(*[0] * 8)),
    "png-unknown-points": lambda: color_png(points(2, 8)),
    "png-late-exif": lambda: turned_png(after=[orientation(6)]),
    "png-exif-of-numbers": lambda: turned_png(orientation(6, kind=4)),
    "png-exif-of-two": lambda: turned_png(orientation(6, count=2)),
    "png-exif-with-a-mark": lambda: turned_png(b"Exif\0\0" + orientation(6)),
    "png-exif-upright-first": lambda: turned_png(orientation(1), orientation(6)),
    "png-without-end": lambda: color_png(end=False),
    "png-one-frame": lambda: frames(1),
    "png-one-of-two-frames": lambda: frames(2),
    "png-frames-unclaimed": lambda: frames(0, more=1, claim=False),
    "jpeg": jpeg,
    "jpeg-progressive": lambda: jpeg(progressive=True),
    "jpeg-cmyk": lambda: encoded(quarters().convert("CMYK"), "JPEG", quality=95),
    "jpeg-cmyk-screen-profile": lambda: encoded(
        quarters().convert("CMYK"), "JPEG", quality=95, icc_profile=profile_with_red_for_blue()
    ),
    "jpeg-rgb": lambda: jpeg(keep_rgb=True),
    "jpeg-without-end": lambda: jpeg()[:-2],
    "jpeg-half-an-end": lambda: jpeg()[:-1],
    "jpeg-progressive-without-end": lambda: jpeg(progressive=True)[:-2],
    "jpeg-xmp-orientation": lambda: jpeg_with(
        b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    ),
    "jpeg-exif-mark-twice": lambda: turned_jpeg(b"Exif\0\0" + orientation(6)),
    "jpeg-exif-upright-first": lambda: turned_jpeg(orientation(1), orientation(6)),
    "jpeg-exif-damaged-first": lambda: turned_jpeg(b"nonsense", orientation(6)),
    "jpeg-exif-of-numbers": lambda: turned_jpeg(orientation(6, kind=4)),
    "webp": webp,
    "webp-lossy": lambda: encoded(quarters(), "WEBP", quality=95),
    "webp-one-frame": framed_webp,
}

# The picture looks different in these: turned, in other colors, gray, or see-through.
CHANGED: Final[Mapping[str, Made]] = {
    **{f"png-gray-{depth}": partial(gray_png, depth) for depth in (1, 2, 4, 8, 16)},
    **{
        f"png-gray-{depth}-transparent": partial(gray_png, depth, transparent=True)
        for depth in (1, 2, 4, 8, 16)
    },
    **{f"png-exif-{value}": partial(turned_png, orientation(value)) for value in range(2, 9)},
    **{
        f"jpeg-exif-{value}": partial(turned_jpeg, orientation(value, order="<"))
        for value in range(2, 9)
    },
    "png-exif-turned-first": lambda: turned_png(orientation(6), orientation(3)),
    "jpeg-exif-turned-first": lambda: turned_jpeg(orientation(3), orientation(6)),
    "png-transparent-color": lambda: color_png(chunk(b"tRNS", struct.pack(">HHH", *COLORS[0]))),
    "png-16-transparent-color": nearly_transparent_png,
    "png-palette-alpha": lambda: palette_png(8, after_palette=[chunk(b"tRNS", bytes([0, 128]))]),
    "png-palette-late": lambda: palette_png(8, chunk(b"tRNS", bytes([0, 128]))),
    "png-gray-alpha": lambda: with_alpha(color=GRAY_ALPHA),
    "png-gray-alpha-16": lambda: with_alpha(16, GRAY_ALPHA),
    "png-alpha": with_alpha,
    "png-alpha-16": lambda: with_alpha(16),
    "png-alpha-gamma": lambda: with_alpha(8, RGB_ALPHA, gamma(100_000)),
    "png-gamma": lambda: color_png(gamma(100_000)),
    "png-gamma-twice": lambda: color_png(gamma(55_556), gamma(100_000)),
    "png-gamma-extreme": lambda: color_png(gamma(1_000_000)),
    "png-gray-gamma": lambda: gray_png(8, gamma(100_000)),
    "png-gray-16-gamma": lambda: gray_png(16, gamma(100_000)),
    "png-palette-gamma": lambda: palette_png(4, gamma(100_000)),
    "png-gamma-srgb-primaries": lambda: color_png(gamma(45_455), primaries(*REC709)),
    "png-gamma-wide-primaries": lambda: color_png(primaries(*P3), gamma(45_455)),
    "png-profile": lambda: color_png(profile()),
    "png-profile-and-gamma": lambda: color_png(profile(), gamma(100_000)),
    "png-damaged-profile-and-gamma": lambda: color_png(damaged(profile()), gamma(100_000)),
    "png-large-profile": lambda: color_png(profile(profile_with_red_for_blue() + bytes(1_600_000))),
    "png-points-p3": lambda: color_png(points(12, 13)),
    "png-points-television": lambda: color_png(points(1, 1)),
    "png-points-linear": lambda: color_png(points(9, 8)),
    "png-points-and-profile": lambda: color_png(points(12, 13), profile()),
    "png-hidden-default": lambda: frames(1, first=False, more=1),
    "jpeg-gray": lambda: encoded(quarters().convert("L"), "JPEG", quality=95),
    "jpeg-profile": lambda: jpeg(icc_profile=profile_with_red_for_blue()),
    "webp-profile": lambda: webp(icc_profile=profile_with_red_for_blue()),
    "webp-alpha": lambda: encoded(Image.open(io.BytesIO(with_alpha())), "WEBP", lossless=True),
    "webp-small-frame": lambda: framed_webp(side=48),
}
