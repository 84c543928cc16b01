"""The words at the head of a style code, read without torch.

A code is a safetensors file: the length of a JSON header, the header, and numbers. Among the words
of the header are the encoder that made the code and a perceptual_hash of the artwork, by which a
network is found that was trained for it.
"""

import json

_LENGTH = 8  # bytes that say how long the header is
_MOST = 2**20  # bytes; a header names a few dozen tensors


def read_words(content: bytes) -> dict[str, str]:
    """Read the words of a code, or of as much of its beginning as holds the header.

    Raises ValueError, KeyError or TypeError for what has none.
    """
    length = int.from_bytes(content[:_LENGTH], "little")
    if length > _MOST:
        raise ValueError("The header is longer than any.")
    header: dict[str, dict[str, str]] = json.loads(content[_LENGTH : _LENGTH + length])
    return dict(header["__metadata__"])


def artwork_in(content: bytes) -> str:
    """Give the perceptual_hash of the artwork whose code it is; empty if it tells none."""
    try:
        return str(read_words(content).get("artwork", ""))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def sort_words(content: bytes) -> bytes:
    """Sort the header, which safetensors writes in an order left to chance."""
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    words = json.loads(content[_LENGTH:end])
    header = json.dumps(words, sort_keys=True, separators=(",", ":")).encode()
    # As long as it was: the same words, filled up with spaces to where the numbers begin.
    return content[:_LENGTH] + header.ljust(end - _LENGTH) + content[end:]
