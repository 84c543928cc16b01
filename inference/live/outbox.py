"""What a socket has still to say: a slow reader gets less, never late and never nothing.

Whoever tells news never waits for the reader. Of each job only the latest snapshot is kept, so a
reader that wakes up learns how things stand and not how they came about.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from inference.live.snapshots.job import JobSnapshot
from inference.models import Job

# Progress of one job is told twice a second; what it becomes is told at once. News comes at that
# very pace, so without some slack one late frame would delay all that follow.
PROGRESS_SECONDS = 0.5
SLACK_SECONDS = 0.4
# With more to say than this the reader had better begin anew.
MOST_FRAMES = 200
ACTIVE = frozenset(state.value for state in Job.ACTIVE)

Frame = tuple[str, Any]
NEVER: tuple[object, float, int] = (None, 0.0, 0)


class Outbox:
    """Takes news in at any rate and gives frames out one at a time."""

    def __init__(self) -> None:
        self.hidden = False
        self._frames: deque[Frame] = deque()
        self._jobs: dict[str, JobSnapshot] = {}
        self._told: dict[str, tuple[object, float, int]] = {}
        self._news = asyncio.Event()

    def put(self, kind: str, data: Any) -> None:
        """Add a frame; the same kind without data is said once, however often it is asked for."""
        if data or (kind, data) not in self._frames:
            self._frames.append((kind, data))
        self._limit()
        self._news.set()

    def put_job(self, snapshot: JobSnapshot) -> None:
        """Add news of a job in place of older news of it; while hidden only how it ended."""
        known = self._jobs.get(snapshot["id"])
        if known is not None and known["seq"] > snapshot["seq"]:
            return
        if self.hidden and snapshot["state"] in ACTIVE:
            return
        self._jobs[snapshot["id"]] = snapshot
        self._limit()
        self._news.set()

    def has_told(self, job: Mapping[str, Any]) -> bool:
        """Tell whether this news of an active job, or newer, has been given out."""
        _what, _turn, seq = self._told.get(job["id"], NEVER)
        return bool(seq >= job["seq"])

    def hide(self) -> None:
        """Tell from now on only how jobs end."""
        self.hidden = True
        active = [key for key, job in self._jobs.items() if job["state"] in ACTIVE]
        for key in active:
            del self._jobs[key]

    async def take(self) -> Frame:
        """Return what is to be said next, as soon as there is something."""
        while True:
            self._news.clear()
            if self._frames:
                return self._frames.popleft()
            now = time.monotonic()
            due = {key: self._due(job) for key, job in self._jobs.items()}
            first = min(due, key=lambda key: due[key], default=None)
            if first is not None and due[first] <= now:
                return "job", self._tell(first, now)
            patience = due[first] - now if first is not None else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), patience)

    def _due(self, job: JobSnapshot) -> float:
        """Return the moment from which `job` may be told."""
        what, turn, _seq = self._told.get(job["id"], NEVER)
        return turn - SLACK_SECONDS if what == _standing(job) else 0.0

    def _tell(self, key: str, now: float) -> JobSnapshot:
        job = self._jobs.pop(key)
        if job["state"] in ACTIVE:
            what, turn, _seq = self._told.get(key, NEVER)
            begins = max(now, turn) if what == _standing(job) else now
            self._told[key] = (_standing(job), begins + PROGRESS_SECONDS, job["seq"])
        else:
            self._told.pop(key, None)
        return job

    def _limit(self) -> None:
        """Forget everything when it is too much, and have the reader told to begin anew."""
        if len(self._frames) + len(self._jobs) > MOST_FRAMES:
            self._jobs.clear()
            self._frames.clear()
            self._frames.extend([("resync_required", {}), ("snapshot", None)])


def _standing(job: JobSnapshot) -> object:
    """Return what makes a change more than progress."""
    return job["state"], job["attempt"], job["stop_requested"]
