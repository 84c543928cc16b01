"""Tests of what the events socket sends: everything of its user, once and in order."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer, get_channel_layer

from accounts.models import User
from accounts.session_news import group_of
from inference.live import broadcast, events, membership
from inference.live import consumer as consumers
from inference.queue import jobs as job_queue
from inference.services.jobs import cancel_job, delete_job
from inference.services.proofs import cancel_proofs
from tests.inference.live.consumer.conftest import Connect, greeted, wait_for_frame
from tests.support.factories import (
    finished_job,
    make_job,
    make_photo,
    make_sheet,
    make_style,
    make_tile,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_pings_of_many_sockets_do_not_come_together() -> None:
    pauses = [consumers.ping_pause() for _ in range(200)]
    assert max(pauses) <= consumers.PING_SECONDS  # as `hello` promises
    assert max(pauses) - min(pauses) > 0.2 * consumers.PING_SECONDS


async def is_away(group: str, channel: str) -> None:
    raise ConnectionRefusedError


async def is_silent(group: str, channel: str) -> None:
    await asyncio.sleep(60)


class TestOwner:
    async def test_gets_active_and_recent_jobs_first(self, connect: Connect, alice: User) -> None:
        done = await sync_to_async(finished_job)(alice)
        waiting = await sync_to_async(make_job)(alice)

        frame = await greeted(await connect(alice))

        ids = [job["id"] for job in frame["data"]["jobs"]]
        assert ids == [str(waiting.pk), str(done.pk)]

    async def test_gets_each_change_as_a_whole_snapshot(
        self, connect: Connect, alice: User
    ) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(cancel_job)(job=job)

        frame = await socket.receive_json_from(timeout=30)
        assert frame["type"] == "job"
        assert (frame["data"]["id"], frame["data"]["state"]) == (str(job.pk), "canceled")

    async def test_gets_each_proof_when_it_is_painted(self, connect: Connect, alice: User) -> None:
        sheet = await sync_to_async(make_sheet)(alice)
        style = await sheet.styles.aget()
        tile = await sync_to_async(make_tile)(sheet.photo, style)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(broadcast.publish_tile)(tile, sheet_id=sheet.pk)
        await sync_to_async(cancel_proofs)(sheet=sheet)

        first = await socket.receive_json_from(timeout=30)
        assert (first["type"], first["data"]["tile"]["style"]) == ("proof.tile", style.slug)
        second = await socket.receive_json_from(timeout=30)
        assert (second["type"], second["data"]["state"]) == ("proof", "canceled")

    async def test_gets_the_deletion_of_a_job(self, connect: Connect, alice: User) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        job_id = job.pk
        await sync_to_async(delete_job)(job=job)

        assert (await wait_for_frame(socket, "gone"))["data"] == {"job": str(job_id)}

    async def test_resumes_with_what_was_missed(self, connect: Connect, alice: User) -> None:
        first, second = [await sync_to_async(make_job)(alice) for _ in range(2)]
        socket = await connect(alice)
        cursor = (await greeted(socket))["seq"]
        await socket.disconnect()
        await sync_to_async(cancel_job)(job=first)
        await sync_to_async(delete_job)(job=second)
        again = await connect(alice)
        now = (await greeted(again))["seq"]

        await again.send_json_to({"type": "resume", "seq": cursor})

        frames = [await again.receive_json_from(timeout=30) for _ in range(2)]
        assert [frame["type"] for frame in frames] == ["job", "gone"]
        assert [frame["seq"] for frame in frames] == [cursor + 1, cursor + 2]
        assert frames[1]["seq"] == now
        assert await again.receive_nothing()

    async def test_gets_the_cursor_with_each_frame_and_resumes_by_it(
        self, connect: Connect, alice: User
    ) -> None:
        jobs = [await sync_to_async(make_job)(alice) for _ in range(2)]
        socket = await connect(alice)
        snapshot = await greeted(socket)

        await socket.send_json_to({"type": "resume", "cursor": snapshot["cursor"] - 1})

        frame = await socket.receive_json_from(timeout=5)
        assert (snapshot["cursor"], frame["cursor"]) == (2, 2)
        assert (snapshot["seq"], frame["seq"]) == (2, 2)
        assert frame["data"]["id"] == str(max(job.pk for job in jobs))
        assert frame["data"]["seq"] == 1

    async def test_resumes_over_several_pages(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "EVENTS_AT_ONCE", 2)
        photo, style = await sync_to_async(make_photo)(alice), await sync_to_async(make_style)()
        for _ in range(5):
            await sync_to_async(make_job)(alice, photo=photo, styles=[style])
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "resume", "seq": 0})

        frames = [await socket.receive_json_from(timeout=30) for _ in range(5)]
        assert [frame["seq"] for frame in frames] == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("cursor", [10**9, -1])
    async def test_resyncs_at_a_cursor_that_was_never_given_out(
        self, connect: Connect, alice: User, cursor: int
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "resume", "seq": cursor})

        frames = [await socket.receive_json_from(timeout=30) for _ in range(2)]
        assert [frame["type"] for frame in frames] == ["resync_required", "snapshot"]

    @pytest.mark.parametrize("cursor", [None, "7", True, 1.5])
    async def test_gets_a_snapshot_when_it_names_no_cursor(
        self, connect: Connect, alice: User, cursor: object
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "resume", "seq": cursor})

        assert (await socket.receive_json_from(timeout=30))["type"] == "snapshot"

    async def test_gets_with_the_ping_what_the_layer_lost(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.3)
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        await sync_to_async(job_queue.cancel)(job, by="owner")

        frame = await socket.receive_json_from(timeout=30)
        assert (frame["type"], frame["data"]["state"]) == ("job", "canceled")
        frames = [await socket.receive_json_from(timeout=30) for _ in range(2)]
        assert [frame["type"] for frame in frames] == ["ping", "ping"]

    async def test_is_pinged(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        assert (await socket.receive_json_from(timeout=30))["type"] == "ping"

    async def test_gets_only_the_end_while_the_page_is_hidden(
        self, connect: Connect, alice: User
    ) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "visibility", "hidden": True})
        await socket.receive_nothing(timeout=0.1)
        await sync_to_async(broadcast.publish)(job.pk)
        assert await socket.receive_nothing()
        await sync_to_async(cancel_job)(job=job)

        frame = await socket.receive_json_from(timeout=30)
        assert (frame["type"], frame["data"]["state"]) == ("job", "canceled")

    async def test_gets_a_new_snapshot_when_the_page_is_visible_again(
        self, connect: Connect, alice: User
    ) -> None:
        socket = await connect(alice)
        await greeted(socket)

        await socket.send_json_to({"type": "visibility", "hidden": True})
        await socket.send_json_to({"type": "visibility", "hidden": False})
        await socket.send_json_to({"type": "visibility", "hidden": False})

        assert (await socket.receive_json_from(timeout=30))["type"] == "snapshot"
        assert await socket.receive_nothing()

    async def test_gets_news_again_after_the_layer_lost_its_groups(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)
        layer = get_channel_layer()
        assert isinstance(layer, InMemoryChannelLayer)
        layer.groups.clear()
        await wait_for_frame(socket, "ping")

        await sync_to_async(broadcast.publish)(job.pk)

        assert (await wait_for_frame(socket, "job"))["data"]["id"] == str(job.pk)

    async def test_gets_at_once_what_was_lost_while_the_layer_was_away(
        self, connect: Connect, alice: User
    ) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(alice)
        await greeted(socket)
        layer = get_channel_layer()
        assert isinstance(layer, InMemoryChannelLayer)
        await sync_to_async(job_queue.cancel)(job, by="owner")

        for _ in range(2):
            await layer.group_send(group_of(alice.pk), {"type": "layer.returned"})

        frame = await socket.receive_json_from(timeout=30)
        assert (frame["type"], frame["data"]["state"]) == ("job", "canceled")
        assert await socket.receive_nothing()

    async def test_keeps_the_socket_while_the_layer_is_away_for_a_moment(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        monkeypatch.setattr(get_channel_layer(), "group_add", is_away)

        for _ in range(3):
            assert (await socket.receive_json_from(timeout=30))["type"] == "ping"

    async def test_is_disconnected_when_the_layer_stays_away(
        self, connect: Connect, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "PING_SECONDS", 0.05)
        monkeypatch.setattr(membership, "AWAY_SECONDS", 0.2)
        monkeypatch.setattr(membership, "JOIN_SECONDS", 0.05)
        socket = await connect(alice)
        await greeted(socket)

        monkeypatch.setattr(get_channel_layer(), "group_add", is_silent)

        while (message := await socket.receive_output(timeout=30))["type"] == "websocket.send":
            pass
        assert message["code"] == 1012


class TestStranger:
    async def test_sees_nothing_of_others(self, connect: Connect, alice: User, bob: User) -> None:
        job = await sync_to_async(make_job)(alice)
        socket = await connect(bob)

        frame = await greeted(socket)
        await sync_to_async(broadcast.publish)(job.pk)
        sheet = await sync_to_async(make_sheet)(alice)
        await sync_to_async(broadcast.publish_sheet)(sheet.pk)

        assert frame["data"]["jobs"] == []
        assert await socket.receive_nothing()
