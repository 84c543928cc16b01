"""A channel layer for one machine without Redis. It is in memory; other processes use a socket.

The server process keeps the groups. It listens on a Unix socket that only its own user can open.
A worker process sends its messages there, one JSON object per line.
"""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

from channels.layers import InMemoryChannelLayer

logger = logging.getLogger(__name__)
LONGEST_LINE = 4 * 1024 * 1024


class LocalSocketChannelLayer(InMemoryChannelLayer):
    """Keeps the groups in the process that called `serve`; `group_send` works from every process.

    An asyncio queue belongs to one thread. So a message from another thread or loop of the server
    is passed to the loop that called `serve`.
    """

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(**options)
        self._path = Path(path)
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self) -> None:
        """Listen for other processes. This replaces a socket file that a killed server left."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._receive_lines, self._path, limit=LONGEST_LINE
        )
        self._path.chmod(0o600)
        self._loop = asyncio.get_running_loop()

    async def stop_serving(self) -> None:
        """Close the socket and remove its file."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        self._server = self._loop = None

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send `message` to every channel in `group`.

        Raises OSError when this process is not the server and no server listens.
        """
        if self._loop is None:
            # This is a worker process; the groups are in the server process.
            await self._forward(group, message)
        elif self._loop is asyncio.get_running_loop():
            await super().group_send(group, message)
        else:
            # This is the server process, but another thread or loop of it.
            future = asyncio.run_coroutine_threadsafe(
                super().group_send(group, message), self._loop
            )
            await asyncio.wrap_future(future)

    async def _forward(self, group: str, message: dict[str, Any]) -> None:
        _reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(json.dumps({"group": group, "message": message}).encode() + b"\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _receive_lines(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async for line in reader:
                envelope = json.loads(line)
                await super().group_send(envelope["group"], envelope["message"])
        except (ValueError, KeyError, TypeError):
            logger.warning("A message of another process could not be read.", exc_info=True)
        finally:
            writer.close()
