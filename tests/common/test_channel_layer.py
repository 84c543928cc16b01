"""Tests of the layer that sends messages from a worker process to the browsers of the server."""

import asyncio
import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from common.channel_layer import LocalSocketChannelLayer

MESSAGE: dict[str, Any] = {"type": "job.changed", "snapshot": {"title": "Große Welle"}}
OTHER_PROCESS = """
import asyncio, sys
from common.channel_layer import LocalSocketChannelLayer
layer = LocalSocketChannelLayer(path=sys.argv[1])
message = {"type": "job.changed", "snapshot": {"title": "Große Welle"}}
asyncio.run(layer.group_send("jobs_1", message))
"""


@pytest.fixture
async def layer(tmp_path: Path) -> AsyncIterator[LocalSocketChannelLayer]:
    layer = LocalSocketChannelLayer(path=str(tmp_path / "layer.sock"))
    await layer.serve()
    yield layer
    await layer.stop_serving()


async def joined(layer: LocalSocketChannelLayer, group: str = "jobs_1") -> str:
    channel: str = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def next_message(layer: LocalSocketChannelLayer, channel: str) -> Any:
    return await asyncio.wait_for(layer.receive(channel), 30)


class TestLocalSocketChannelLayer:
    async def test_sends_within_the_server(self, layer: LocalSocketChannelLayer) -> None:
        channel = await joined(layer)

        await layer.group_send("jobs_1", MESSAGE)

        assert await next_message(layer, channel) == MESSAGE

    async def test_sends_from_another_thread_of_the_server(
        self, layer: LocalSocketChannelLayer
    ) -> None:
        channel = await joined(layer)

        await asyncio.to_thread(lambda: asyncio.run(layer.group_send("jobs_1", MESSAGE)))

        assert await next_message(layer, channel) == MESSAGE

    @pytest.mark.slow
    async def test_sends_from_another_process(
        self, layer: LocalSocketChannelLayer, tmp_path: Path
    ) -> None:
        channel = await joined(layer)
        command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "layer.sock")]

        await asyncio.to_thread(subprocess.run, command, check=True, timeout=60)

        assert await next_message(layer, channel) == MESSAGE

    async def test_reaches_only_the_group(self, layer: LocalSocketChannelLayer) -> None:
        other = await joined(layer, "jobs_2")
        mine = await joined(layer)

        await layer.group_send("jobs_1", MESSAGE)
        await next_message(layer, mine)

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(layer.receive(other), 0.05)

    async def test_lets_only_its_own_user_open_the_socket(
        self, layer: LocalSocketChannelLayer, tmp_path: Path
    ) -> None:
        mode = (tmp_path / "layer.sock").stat().st_mode

        assert stat.S_IMODE(mode) == 0o600

    async def test_continues_after_a_message_that_it_cannot_read(
        self,
        layer: LocalSocketChannelLayer,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        channel = await joined(layer)
        for line in (b"not json\n", json.dumps({"group": "jobs_1"}).encode() + b"\n", b"[]\n"):
            _, writer = await asyncio.open_unix_connection(tmp_path / "layer.sock")
            writer.write(line)
            writer.close()
            await writer.wait_closed()

        await layer.group_send("jobs_1", MESSAGE)

        assert await next_message(layer, channel) == MESSAGE

    async def test_replaces_the_socket_of_a_killed_server(self, tmp_path: Path) -> None:
        path = tmp_path / "layer.sock"
        path.write_text("left behind")
        layer = LocalSocketChannelLayer(path=str(path))

        await layer.serve()
        await layer.stop_serving()

        assert not path.exists()

    async def test_raises_an_error_when_no_server_listens(self, tmp_path: Path) -> None:
        layer = LocalSocketChannelLayer(path=str(tmp_path / "layer.sock"))

        with pytest.raises(OSError, match="No such file"):
            await layer.group_send("jobs_1", MESSAGE)
