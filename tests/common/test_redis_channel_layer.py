"""Tests of the layer over Redis, with a separate Redis that crashes and restarts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from channels_redis.core import RedisChannelLayer
from redis.exceptions import RedisError

from common import redis_channel_layer
from common.redis_channel_layer import LastingRedisChannelLayer
from tests.support.servers import Redis

pytestmark = pytest.mark.services
NEWS = {"type": "news"}
RETURNED = {"type": "layer.returned"}


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Return a Redis that no other test uses."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def layer(redis: Redis) -> AsyncIterator[LastingRedisChannelLayer]:
    """Return the layer of one process."""
    # As in the settings: the default of redis-py ends each wait after five seconds.
    layer = LastingRedisChannelLayer(hosts=[{"address": redis.new_url(), "socket_timeout": 20}])
    yield layer
    with suppress(RedisError):
        await layer.close_pools()


class Listeners:
    """Channels that wait for messages, as open sockets do."""

    def __init__(self, layer: LastingRedisChannelLayer) -> None:
        self.layer = layer
        self.heard: dict[str, list[dict[str, Any]]] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def join(self, group: str) -> str:
        """Add a new channel to a group, let it wait, and return it."""
        channel: str = await self.layer.new_channel()
        await self.layer.group_add(group, channel)
        self.heard[channel] = []
        self.tasks[channel] = asyncio.create_task(self._listen(channel))
        return channel

    async def _listen(self, channel: str) -> None:
        while True:
            self.heard[channel].append(await self.layer.receive(channel))

    async def leave(self, group: str, channel: str) -> None:
        """End the wait of a channel, and remove it from its group."""
        self.tasks.pop(channel).cancel()
        del self.heard[channel]
        await self.layer.group_discard(group, channel)

    async def all_hear(self, message: dict[str, Any]) -> None:
        """Wait until `message` is the last message of each channel. Fail after five seconds."""
        for _ in range(500):
            if all(heard[-1:] == [message] for heard in self.heard.values()):
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"not all heard {message}: {self.heard}")


@pytest.fixture
async def listeners(layer: LastingRedisChannelLayer) -> AsyncIterator[Listeners]:
    """Return an object for channels, and end all of them after the test."""
    listeners = Listeners(layer)
    yield listeners
    for task in listeners.tasks.values():
        task.cancel()
    await asyncio.gather(*listeners.tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("seconds_away", [0, 0.7])
async def test_tells_each_channel_of_the_return_and_puts_it_back_into_its_groups(
    redis: Redis, layer: LastingRedisChannelLayer, listeners: Listeners, seconds_away: float
) -> None:
    for group in ("alice", "alice", "bob"):
        await listeners.join(group)
    await asyncio.sleep(0.1)

    redis.crash()
    await asyncio.sleep(seconds_away)
    redis.start()
    await listeners.all_hear(RETURNED)

    await layer.group_send("alice", NEWS)
    await layer.group_send("bob", NEWS)
    await listeners.all_hear(NEWS)


async def test_works_after_several_crashes(
    redis: Redis, layer: LastingRedisChannelLayer, listeners: Listeners
) -> None:
    for group in ("alice", "bob"):
        await listeners.join(group)

    for number in range(3):
        redis.crash()
        redis.start()
        await listeners.all_hear(RETURNED)
        for group in ("alice", "bob"):
            await layer.group_send(group, NEWS | {"number": number})
        await listeners.all_hear(NEWS | {"number": number})


async def test_also_tells_the_channel_that_waits_for_redis_now(
    layer: LastingRedisChannelLayer, listeners: Listeners
) -> None:
    for group in ("alice", "alice", "bob"):
        await listeners.join(group)
    await asyncio.sleep(0.1)

    # The killed channel waited for all others. Another channel waits for Redis before they rejoin.
    for client in await layer.connection(0).client_list():
        if client["cmd"] == "bzpopmin":
            await layer.connection(0).client_kill_filter(_id=client["id"])

    await listeners.all_hear(RETURNED)


async def test_does_not_rejoin_a_group_that_a_channel_left(
    redis: Redis, layer: LastingRedisChannelLayer, listeners: Listeners
) -> None:
    stays = await listeners.join("alice")
    leaves = await listeners.join("alice")
    await listeners.leave("alice", leaves)

    redis.crash()
    redis.start()
    await listeners.all_hear(RETURNED)

    names = await layer.connection(0).zrange(layer._group_key("alice"), 0, -1)
    assert names == [stays.encode()]
    assert set(layer._groups) == {stays}
    assert leaves not in layer.receive_buffer


async def test_gives_up_when_redis_stays_away(
    redis: Redis,
    layer: LastingRedisChannelLayer,
    listeners: Listeners,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_channel_layer, "AWAY_SECONDS", 0.5)
    for group in ("alice", "bob"):
        await listeners.join(group)
    await asyncio.sleep(0.1)
    redis.crash()

    async with asyncio.timeout(5):
        ends = await asyncio.gather(*listeners.tasks.values(), return_exceptions=True)

    assert all(isinstance(end, RedisError) for end in ends)


async def test_ends_a_wait_whose_cancellation_was_forgotten(
    layer: LastingRedisChannelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forget_once(_layer: object, _channel: str) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    monkeypatch.setattr(RedisChannelLayer, "receive", forget_once)
    waiting = asyncio.create_task(layer.receive("channel"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    waiting.cancel()

    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await waiting
