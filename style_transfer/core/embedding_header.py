"""The header of a style code (a style embedding in a file), read without torch.

A style code is a safetensors file: the length of a JSON header, the header, then the numbers. The
header names the encoder that made the embedding. It also holds a perceptual hash of the artwork,
which is used to find a network that was trained for this artwork.
"""

import json

_LENGTH = 8  # bytes; they hold the length of the header
_MOST = 2**20  # bytes; a real header names a few dozen tensors and is far shorter


def read_words(content: bytes) -> dict[str, str]:
    """Read the metadata of a style code. The first bytes of it are enough if they hold the header.

    Raises ValueError, KeyError or TypeError if `content` has no such header.
    """
    length = int.from_bytes(content[:_LENGTH], "little")
    if length > _MOST:
        raise ValueError("The header is longer than any.")
    header: dict[str, dict[str, str]] = json.loads(content[_LENGTH : _LENGTH + length])
    return dict(header["__metadata__"])


def artwork_in(content: bytes) -> str:
    """Give the perceptual hash of the artwork of a style code; empty if the header has none."""
    try:
        return str(read_words(content).get("artwork", ""))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def sort_words(content: bytes) -> bytes:
    """Sort the header, because safetensors writes its entries in a random order."""
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    words = json.loads(content[_LENGTH:end])
    header = json.dumps(words, sort_keys=True, separators=(",", ":")).encode()
    # The header keeps its length: spaces fill it up to the place where the numbers begin.
    return content[:_LENGTH] + header.ljust(end - _LENGTH) + content[end:]
