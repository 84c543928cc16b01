"""Tests of broadcasts about jobs and proof sheets."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from accounts.models import User
from accounts.session_news import group_of
from inference.live import broadcast
from tests.support.factories import make_job, make_sheet, make_tile

pytestmark = pytest.mark.django_db


class TestPublish:
    def test_sends_the_snapshot_to_the_owner(self, alice: User) -> None:
        job = make_job(alice)
        layer = get_channel_layer()
        assert layer is not None
        channel = async_to_sync(layer.new_channel)()
        async_to_sync(layer.group_add)(group_of(alice.pk), channel)

        returned = broadcast.publish(job.pk)

        message = async_to_sync(layer.receive)(channel)
        assert returned == job
        assert message["type"] == "job.changed"
        assert message["snapshot"]["id"] == str(job.pk)

    def test_does_nothing_for_a_deleted_job(self) -> None:
        assert broadcast.publish(uuid4()) is None


class TestProofs:
    def received(self, user: User, publish: Callable[[], None]) -> dict[str, Any]:
        """Return the message that the sockets of `user` get from `publish`."""
        layer = get_channel_layer()
        assert layer is not None
        channel = async_to_sync(layer.new_channel)()
        async_to_sync(layer.group_add)(group_of(user.pk), channel)
        publish()
        message: dict[str, Any] = async_to_sync(layer.receive)(channel)
        return message

    def test_send_the_whole_sheet(self, alice: User) -> None:
        sheet = make_sheet(alice)

        message = self.received(alice, lambda: broadcast.publish_sheet(sheet.pk))

        assert message["type"] == "proof.changed"
        assert message["snapshot"]["id"] == str(sheet.pk)
        assert message["snapshot"]["total"] == 1

    def test_send_one_tile_and_how_far_the_sheet_is(self, alice: User) -> None:
        sheet = make_sheet(alice)
        tile = make_tile(sheet.photo, sheet.styles.get())

        message = self.received(alice, lambda: broadcast.publish_tile(tile, sheet_id=sheet.pk))

        frame = message["frame"]
        assert message["type"] == "proof.tile"
        assert (frame["proof"], frame["photo"]) == (str(sheet.pk), str(sheet.photo_id))
        assert (frame["done"], frame["total"], frame["tile"]["state"]) == (1, 1, "done")
        assert frame["tile"]["url"] == f"/media/proofs/{tile.pk}/"

    def test_do_nothing_for_a_deleted_sheet(self, alice: User) -> None:
        sheet = make_sheet(alice)
        tile = make_tile(sheet.photo, sheet.styles.get())
        sheet.delete()

        broadcast.publish_sheet(sheet.pk)
        broadcast.publish_tile(tile, sheet_id=uuid4())
