"""The metadata of a style code, read without torch."""

import subprocess
import sys

import pytest
import torch
from safetensors.torch import load, save

from style_transfer.core.embedding_header import artwork_in, read_words, sort_words

CODE = save({"sides": torch.ones(3)}, {"format": "x", "encoder": "e", "artwork": "aa"})


def test_reads_the_metadata() -> None:
    assert read_words(CODE) == {"format": "x", "encoder": "e", "artwork": "aa"}
    assert artwork_in(CODE) == "aa"


def test_reads_only_the_start_of_a_file() -> None:
    length = 8 + int.from_bytes(CODE[:8], "little")
    assert artwork_in(CODE[:length]) == "aa"


@pytest.mark.parametrize(
    "content", [b"", b"code", CODE[:20], b"\xff" * 40, save({}), b"\x02" + b"\0" * 7 + b"[]"]
)
def test_finds_no_artwork_in_anything_else(content: bytes) -> None:
    assert artwork_in(content) == ""


def test_refuses_a_header_that_does_not_end() -> None:
    with pytest.raises(ValueError, match="longer than any"):
        read_words((2**40).to_bytes(8, "little") + b"{}")


def test_sorts_the_keys_and_keeps_numbers() -> None:
    tensors = {name: torch.rand(2) for name in "cab"}
    content = sort_words(save(tensors, {"b": "2", "a": "1"}))
    assert read_words(content) == {"a": "1", "b": "2"}
    assert all(torch.equal(value, load(content)[name]) for name, value in tensors.items())
    assert sort_words(save(dict(sorted(tensors.items())), {"a": "1", "b": "2"})) == content


def test_loads_no_torch() -> None:
    lines = "import sys, style_transfer.core.embedding_header; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0
