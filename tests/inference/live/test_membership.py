"""Tests of a socket's membership in a group that the channel layer may lose."""

import pytest
from channels.layers import InMemoryChannelLayer

from inference.live import membership
from inference.live.membership import GroupMembership


class FailingLayer(InMemoryChannelLayer):
    """A layer whose next calls of `group_add` fail."""

    failures = 0

    async def group_add(self, group: str, channel: str) -> None:
        """Join, unless a failure is left."""
        if self.failures:
            self.failures -= 1
            raise ConnectionResetError
        await super().group_add(group, channel)


@pytest.fixture
def layer() -> FailingLayer:
    """Return a layer that works until a test lets it fail."""
    return FailingLayer()


async def test_joins_with_a_second_try(layer: FailingLayer) -> None:
    layer.failures = 1

    await GroupMembership(layer, "cats", "tom").join()

    assert set(layer.groups["cats"]) == {"tom"}


async def test_raises_when_the_second_try_fails(layer: FailingLayer) -> None:
    layer.failures = 2

    with pytest.raises(ConnectionResetError):
        await GroupMembership(layer, "cats", "tom").join()


async def test_rejoins_until_the_layer_was_away_for_too_long(
    layer: FailingLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = GroupMembership(layer, "cats", "tom")
    await member.join()
    layer.groups.clear()
    layer.failures = 2

    assert await member.rejoin()
    assert "cats" not in layer.groups
    assert await member.rejoin()
    assert "cats" in layer.groups

    layer.failures = 2
    monkeypatch.setattr(membership, "AWAY_SECONDS", -1.0)
    assert not await member.rejoin()


async def test_leaves_the_group(layer: FailingLayer) -> None:
    member = GroupMembership(layer, "cats", "tom")
    await member.join()

    await member.leave()

    assert not layer.groups.get("cats")
