"""Read the chunks of a PNG file, and keep for the decoder only those that decide on pixels.

A decoder that reads texts can be led by them: one text names a transparent color, another turns
the picture, a third unpacks to gigabytes. Browsers decide by the chunks below alone, and so does
this module: texts, times, and chunks with a wrong checksum do not reach the decoder. The format is
described in the PNG specification, third edition (W3C, 2025).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from style_transfer.core.errors import InputUnreadableError

START: Final = b"\x89PNG\r\n\x1a\n"
# Encoders write at least some kilobytes a chunk. More chunks than this are made to keep the reader
# busy: each takes about half a microsecond.
MAX_CHUNKS: Final = 100_000
# The largest profiles that are used in print have 3 MB.
MAX_PROFILE: Final = 8 * 2**20
GRAY, RGB, PALETTE = 0, 2, 3
_END: Final = b"\0\0\0\0IEND\xae\x42\x60\x82"
_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})
# Each is valid only before the pixels and only once; browsers take the first.
_ONCE: Final = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"acTL", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"}
)
_SIZE_OF_FRAME: Final = struct.Struct(">4xIIII")  # after the number: width, height, x, y


class Chunk(NamedTuple):
    """One chunk: its kind, and where it and its payload begin and end in the file."""

    kind: bytes
    start: int
    end: int

    @property
    def payload(self) -> slice:
        """The place of the payload, between the length with the kind, and the checksum."""
        return slice(self.start + 8, self.end - 4)


@dataclass
class Png:
    """What a PNG file says: its frames, and the first chunk of each kind before the pixels."""

    data: bytes
    first: dict[bytes, Chunk] = field(default_factory=dict)
    pixels: list[Chunk] = field(default_factory=list)
    frames: list[Chunk] = field(default_factory=list)
    moving: list[Chunk] = field(default_factory=list)

    def payload(self, kind: bytes) -> bytes | None:
        """Return the payload of the first valid chunk of `kind`, or None."""
        found = self.first.get(kind)
        return None if found is None else self.data[found.payload]

    @property
    def size(self) -> tuple[int, int]:
        """The width and height in px. Raises struct.error if the header is cut short."""
        width, height = struct.unpack_from(">II", self.payload(b"IHDR") or b"")
        return width, height

    @property
    def depth_and_color(self) -> tuple[int, int]:
        """The bits of a sample, and the kind of color. Raises struct.error."""
        depth, color = struct.unpack_from(">8xBB", self.payload(b"IHDR") or b"")
        return depth, color

    @property
    def is_animated(self) -> bool:
        """True if the file has several frames, and says so."""
        claimed = (self.payload(b"acTL") or b"")[:4]
        return min(int.from_bytes(claimed, "big"), len(self.frames)) > 1

    def for_decoder(self) -> bytes:
        """Return the file with nothing but its pixels; it ends properly, as decoders want."""
        view = memoryview(self.data)
        kept = [view[each.start : each.end] for each in self.first.values() if each.kind in _PIXELS]
        return b"".join([START, *kept, *self._pixels_of_still(view), _END])

    def _pixels_of_still(self, view: memoryview) -> list[memoryview | bytes]:
        """Return the chunks with the pixels of the only frame."""
        if not self._hides_its_default():
            return [view[each.start : each.end] for each in self.pixels]
        numbered = [view[each.payload][4:] for each in self.moving]
        return [build_chunk(b"IDAT", b"".join(numbered))]

    def _hides_its_default(self) -> bool:
        """Tell whether the only frame is stored apart from the picture for old decoders.

        A frame that covers only a part is not meant here: the picture for old decoders is whole.
        """
        if b"acTL" not in self.first or len(self.frames) != 1 or not self.moving:
            return False
        frame = self.data[self.frames[0].payload]
        return (
            self.frames[0].start > self.pixels[0].start
            and len(frame) >= _SIZE_OF_FRAME.size
            and _SIZE_OF_FRAME.unpack_from(frame) == (*self.size, 0, 0)
        )

    def profile(self) -> bytes | None:
        """Unpack the color profile. A damaged one is None, as is one over MAX_PROFILE."""
        _name, _zero, packed = (self.payload(b"iCCP") or b"").partition(b"\0")
        unpacker = zlib.decompressobj()
        try:
            profile = unpacker.decompress(packed[1:], MAX_PROFILE)
        except zlib.error:
            return None
        return profile if unpacker.eof else None


def read_png(data: bytes) -> Png:
    """Find the chunks of a PNG file. Raises InputUnreadableError if there are far too many."""
    png = Png(data)
    for number, chunk in enumerate(_chunks(data)):
        if number >= MAX_CHUNKS:
            raise InputUnreadableError("The PNG has far more chunks than a picture needs.")
        if chunk.kind == b"IDAT":
            png.pixels.append(chunk)
        elif chunk.kind == b"fcTL":
            png.frames.append(chunk)
        elif chunk.kind == b"fdAT":
            png.moving.append(chunk)
        elif chunk.kind in _ONCE and not png.pixels and chunk.kind not in png.first:
            _add(png, chunk)
    return png


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Yield each chunk. The last can be shorter than it claims."""
    position = len(START)
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IEND":
            return
        end = position + length + 12
        yield Chunk(kind, position, end)
        position = end


def _add(png: Png, chunk: Chunk) -> None:
    """Take a chunk that can decide, unless browsers would pass over it."""
    if chunk.kind == b"tRNS" and b"PLTE" not in png.first and png.depth_and_color[1] == PALETTE:
        return
    is_critical = chunk.kind[0] & 0x20 == 0  # the decoder refuses a file where one is damaged
    if is_critical or _is_whole(png.data, chunk):
        png.first[chunk.kind] = chunk


def _is_whole(data: bytes, chunk: Chunk) -> bool:
    view = memoryview(data)[chunk.start + 4 : chunk.end]
    return len(view) >= 8 and zlib.crc32(view[:-4]) == int.from_bytes(view[-4:], "big")


def build_chunk(kind: bytes, payload: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    check = struct.pack(">I", zlib.crc32(kind + payload))
    return struct.pack(">I", len(payload)) + kind + payload + check
