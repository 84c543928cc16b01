"""Tests of what one socket may send; tests/inference/live/consumer has who may connect."""

import pytest

from inference.live import admission
from inference.live.admission import SocketAdmission


def test_accepts_short_text() -> None:
    assert SocketAdmission().check_message("{}") is None


@pytest.mark.parametrize(("text", "code"), [(None, 1003), ("x" * 65537, 1009)])
def test_refuses_long_or_binary_messages(text: str | None, code: int) -> None:
    assert SocketAdmission().check_message(text) == code


def test_counts_refused_messages_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MESSAGES_PER_MINUTE", 1)
    socket = SocketAdmission()

    assert [socket.check_message(text) for text in (None, "{}", "{}")] == [1003, 4408, 4408]


async def test_tells_a_client_without_a_credential_why() -> None:
    socket = SocketAdmission()

    assert await socket.admit(None, unknown=4401) == 4401
    assert not socket.is_admitted
