"""Tests of telling open sockets."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from common import telling
from common.telling import tell_group


class BrokenLayer:
    """A channel layer whose server is away."""

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        raise ConnectionRefusedError


class StuckLayer:
    """A channel layer whose server does not answer."""

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        await asyncio.sleep(60)


def test_reaches_the_group() -> None:
    layer = get_channel_layer()
    assert layer is not None
    channel = async_to_sync(layer.new_channel)()
    async_to_sync(layer.group_add)("some_group", channel)

    tell_group("some_group", {"type": "news", "number": 7})

    assert async_to_sync(layer.receive)(channel) == {"type": "news", "number": 7}


@pytest.mark.parametrize("layer", [BrokenLayer, StuckLayer])
def test_only_logs_when_nobody_can_be_told(
    layer: type, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telling, "get_channel_layer", layer)
    monkeypatch.setattr(telling, "PATIENCE_SECONDS", 0.05)

    tell_group("some_group", {"type": "news"})

    assert "some_group could not be told" in caplog.text


def test_needs_no_layer(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(telling, "get_channel_layer", lambda: None)

    tell_group("some_group", {"type": "news"})

    assert caplog.text == ""
