"""Tests of messages to open sockets."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from common import broadcast as broadcasting
from common.broadcast import broadcast, thread_loop


class BrokenLayer:
    """A channel layer with a server that does not run."""

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        raise ConnectionRefusedError


class StuckLayer:
    """A channel layer with a server that does not answer. It counts its calls."""

    asked = 0

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        type(self).asked += 1
        await asyncio.sleep(60)


def test_reaches_the_group() -> None:
    layer = get_channel_layer()
    assert layer is not None
    channel = async_to_sync(layer.new_channel)()
    async_to_sync(layer.group_add)("some_group", channel)

    broadcast("some_group", {"type": "news", "number": 7})

    assert async_to_sync(layer.receive)(channel) == {"type": "news", "number": 7}


@pytest.mark.parametrize("layer", [BrokenLayer, StuckLayer])
def test_only_logs_a_failure(
    layer: type, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(broadcasting, "get_channel_layer", layer)
    monkeypatch.setattr(broadcasting, "TIMEOUT_SECONDS", 0.05)

    broadcast("some_group", {"type": "news"})

    assert "Broadcast to some_group failed" in caplog.text


def test_does_nothing_without_a_layer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(broadcasting, "get_channel_layer", lambda: None)

    broadcast("some_group", {"type": "news"})

    assert caplog.text == ""


class HangsUpLayer:
    """A channel layer that records the event loop of each message. It can close connections."""

    def __init__(self, hang_ups: int = 0) -> None:
        self.hang_ups = hang_ups
        self.sent: list[object] = []
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        self.loops.append(asyncio.get_running_loop())
        if self.hang_ups:
            self.hang_ups -= 1
            raise ConnectionResetError
        self.sent.append(message["number"])


def broadcast_all(*numbers: int) -> None:
    for number in numbers:
        broadcast("some_group", {"type": "news", "number": number})


class TestThreadLoop:
    @pytest.fixture(autouse=True)
    def line(self) -> Iterator[None]:
        thread_loop.open()
        yield
        thread_loop.close()

    @pytest.fixture
    def layer(self, monkeypatch: pytest.MonkeyPatch) -> HangsUpLayer:
        layer = HangsUpLayer()
        monkeypatch.setattr(broadcasting, "get_channel_layer", lambda: layer)
        return layer

    def test_sends_all_messages_of_its_thread(self, layer: HangsUpLayer) -> None:
        broadcast_all(1, 2, 3)

        assert layer.sent == [1, 2, 3]
        assert len(set(layer.loops)) == 1

    def test_is_not_used_by_another_thread(self, layer: HangsUpLayer) -> None:
        broadcast_all(1)
        other = threading.Thread(target=broadcast_all, args=(2,))
        other.start()
        other.join()

        assert layer.sent == [1, 2]
        assert layer.loops[0] is not layer.loops[1]

    def test_sends_again_what_a_closed_connection_lost(self, layer: HangsUpLayer) -> None:
        layer.hang_ups = 1

        broadcast_all(1)

        assert layer.sent == [1]

    def test_does_not_send_a_third_time(
        self, layer: HangsUpLayer, caplog: pytest.LogCaptureFixture
    ) -> None:
        layer.hang_ups = 3

        broadcast_all(1)

        assert layer.sent == []
        assert layer.hang_ups == 1
        assert "Broadcast to some_group failed" in caplog.text

    def test_does_not_wait_twice_for_a_server_that_does_not_answer(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(broadcasting, "TIMEOUT_SECONDS", 0.3)
        monkeypatch.setattr(broadcasting, "get_channel_layer", StuckLayer)
        monkeypatch.setattr(StuckLayer, "asked", 0)
        began = time.monotonic()

        broadcast_all(1)

        assert StuckLayer.asked == 1
        assert 0.3 <= time.monotonic() - began < 60
        assert "Broadcast to some_group failed" in caplog.text

    def test_is_not_used_after_it_was_closed(self, layer: HangsUpLayer) -> None:
        broadcast_all(1)
        thread_loop.close()

        broadcast_all(2)

        assert layer.sent == [1, 2]
        assert layer.loops[0].is_closed()
