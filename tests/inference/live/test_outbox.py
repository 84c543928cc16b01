"""Tests of the outbox: the latest of each job, changes at once, progress twice a second."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from inference.live import outbox as module
from inference.live.outbox import MOST_FRAMES, PROGRESS_SECONDS, SLACK_SECONDS, Frame, Outbox
from inference.live.snapshots.job import JobSnapshot


def news(seq: int, *, state: str = "running", job: str = "one", **fields: Any) -> JobSnapshot:
    """Return the fields of a snapshot that an outbox reads."""
    values = {"id": job, "state": state, "seq": seq, "attempt": 1, "stop_requested": False}
    return cast("JobSnapshot", values | fields)


async def given_out(outbox: Outbox) -> list[Frame]:
    """Return what the outbox gives out at once."""
    frames = []
    while True:
        try:
            frames.append(await asyncio.wait_for(outbox.take(), 0.05))
        except TimeoutError:
            return frames


class TestJobs:
    async def test_are_sent_at_once_when_new(self) -> None:
        outbox = Outbox()
        outbox.put_job(news(1))

        assert await given_out(outbox) == [("job", news(1))]

    async def test_are_sent_in_their_latest_state_only(self) -> None:
        outbox = Outbox()
        for seq in range(1, 1000):
            outbox.put_job(news(seq))
        outbox.put_job(news(1000, state="succeeded"))

        assert await given_out(outbox) == [("job", news(1000, state="succeeded"))]

    async def test_are_not_replaced_by_an_older_snapshot(self) -> None:
        outbox = Outbox()
        outbox.put_job(news(5))
        outbox.put_job(news(4))

        assert await given_out(outbox) == [("job", news(5))]

    async def test_send_progress_twice_a_second_and_the_latest_of_it(self) -> None:
        outbox = Outbox()
        received: list[int] = []

        async def listen() -> None:
            while True:
                received.append((await outbox.take())[1]["seq"])

        listening = asyncio.create_task(listen())
        begun = time.monotonic()
        for seq in range(1, 10_000):
            outbox.put_job(news(seq))
            await asyncio.sleep(0.01)
            if len(received) == 6:
                break
        for _ in range(1000):
            if received[-1] == seq:
                break
            await asyncio.sleep(0.01)
        listening.cancel()

        # The first is sent at once. A late one shortens the next wait.
        seconds = time.monotonic() - begun + SLACK_SECONDS
        assert len(received) <= 1 + seconds / PROGRESS_SECONDS
        assert received[-1] == seq
        assert received == sorted(received)

    async def test_send_each_snapshot_of_a_regular_worker_even_if_some_are_late(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [0.0]
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
        outbox = Outbox()
        for seq, late in enumerate((0.0, 0.3, 0.0, 0.2, 0.0, 0.0), start=1):
            now[0] = 1000 + seq * PROGRESS_SECONDS + late
            outbox.put_job(news(seq))

            assert await given_out(outbox) == [("job", news(seq))]

    @pytest.mark.parametrize(
        "change",
        [{"state": "succeeded"}, {"state": "queued"}, {"attempt": 2}, {"stop_requested": True}],
        ids=str,
    )
    async def test_send_changes_of_state_at_once(self, change: dict[str, Any]) -> None:
        outbox = Outbox()
        outbox.put_job(news(1))
        await outbox.take()

        outbox.put_job(news(2, **change))

        assert await given_out(outbox) == [("job", news(2, **change))]

    async def test_do_not_wait_for_each_other(self) -> None:
        outbox = Outbox()
        for seq in (1, 2):
            outbox.put_job(news(seq))
            await outbox.take()
        outbox.put_job(news(3))

        outbox.put_job(news(1, job="two"))

        assert await given_out(outbox) == [("job", news(1, job="two"))]

    async def test_wake_a_waiting_sender(self) -> None:
        outbox = Outbox()
        waiting = asyncio.create_task(outbox.take())
        await asyncio.sleep(0)

        outbox.put_job(news(1))

        assert await asyncio.wait_for(waiting, 30) == ("job", news(1))

    async def test_leave_nothing_behind_after_their_end(self) -> None:
        outbox = Outbox()
        for seq, state in enumerate(("running", "running", "succeeded"), start=1):
            outbox.put_job(news(seq, state=state))
            await given_out(outbox)

        assert not outbox._sent
        assert not outbox._jobs


class TestHidden:
    async def test_sends_only_the_ends_of_jobs(self) -> None:
        outbox = Outbox()
        outbox.put_job(news(1))

        outbox.hide()
        outbox.put_job(news(1, job="two"))
        outbox.put_job(news(9, job="three", state="failed"))

        assert await given_out(outbox) == [("job", news(9, job="three", state="failed"))]


class TestFrames:
    async def test_come_in_their_order_and_before_jobs(self) -> None:
        outbox = Outbox()
        outbox.put_job(news(1))
        outbox.put("hello", {"a": 1})
        outbox.put("proof.tile", {"n": 1})
        outbox.put("proof.tile", {"n": 2})

        kinds = [kind for kind, _data in await given_out(outbox)]

        assert kinds == ["hello", "proof.tile", "proof.tile", "job"]

    async def test_hold_an_entry_without_data_once(self) -> None:
        outbox = Outbox()
        for _ in range(50):
            outbox.put("snapshot", None)
            outbox.put("ping", {})

        assert await given_out(outbox) == [("snapshot", None), ("ping", {})]

    @pytest.mark.parametrize("what", ["frames", "jobs"])
    async def test_are_replaced_by_a_new_snapshot_if_there_are_too_many(self, what: str) -> None:
        outbox = Outbox()
        for number in range(MOST_FRAMES + 1):
            if what == "frames":
                outbox.put("proof.tile", {"n": number})
            else:
                outbox.put_job(news(1, job=str(number)))

        assert await given_out(outbox) == [("resync_required", {}), ("snapshot", None)]
