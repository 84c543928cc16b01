"""The frames of a WebP are counted, not believed."""

import pytest

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging import webp
from tests.support import formats


def test_counts_frames() -> None:
    assert not webp.is_animated(formats.webp())
    assert not webp.is_animated(formats.framed_webp(1))
    assert webp.is_animated(formats.framed_webp(2))
    assert not webp.is_animated(formats.framed_webp(2, animated=False))


@pytest.mark.parametrize("length", range(12, 60))
def test_reads_a_file_that_ends_anywhere(length: int) -> None:
    assert not webp.is_animated(formats.framed_webp(2)[:length])


def test_refuses_far_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webp, "MAX_CHUNKS", 10)
    with pytest.raises(InputUnreadableError, match="chunks"):
        webp.is_animated(formats.framed_webp(1) + b"ABCD\0\0\0\0" * 20)


def test_leaves_a_still_as_it_is() -> None:
    data = formats.webp()
    assert webp.for_decoder(data) is data
