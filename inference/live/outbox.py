"""What a socket still has to send: a slow client gets less, but nothing late and every end.

Putting something in never waits for the client. Only the latest snapshot of each job is kept, so
a client that reads again gets the current state and not the way to it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from inference.live.snapshots.job import JobSnapshot
from inference.models import Job

# The progress of a job is sent twice a second, a change of its state at once. Workers report at
# the same pace, so without some slack one late frame would delay all that follow.
PROGRESS_SECONDS = 0.5
SLACK_SECONDS = 0.4
# With more than this to send, a new snapshot is less work for the client.
MOST_FRAMES = 200
ACTIVE = frozenset(state.value for state in Job.ACTIVE)

Frame = tuple[str, Any]


class Sent(NamedTuple):
    """What was last sent of a job, and from when on more progress of it may be sent."""

    status: object
    next_at: float
    seq: int


NEVER = Sent(None, 0.0, 0)


class Outbox:
    """Takes entries in at any rate and gives them out one at a time."""

    def __init__(self) -> None:
        self.hidden = False
        self._frames: deque[Frame] = deque()
        self._jobs: dict[str, JobSnapshot] = {}
        self._sent: dict[str, Sent] = {}
        self._filled = asyncio.Event()

    def put(self, kind: str, data: Any) -> None:
        """Add an entry; one without data is not added while an equal one waits."""
        if data or (kind, data) not in self._frames:
            self._frames.append((kind, data))
        self._limit()
        self._filled.set()

    def put_job(self, snapshot: JobSnapshot) -> None:
        """Add a job in place of an older snapshot of it; while hidden, only one that has ended."""
        known = self._jobs.get(snapshot["id"])
        if known is not None and known["seq"] > snapshot["seq"]:
            return
        if self.hidden and snapshot["state"] in ACTIVE:
            return
        self._jobs[snapshot["id"]] = snapshot
        self._limit()
        self._filled.set()

    def has_sent(self, job: Mapping[str, Any]) -> bool:
        """Tell whether this snapshot of an active job, or a newer one, was given out."""
        return bool(self._sent.get(job["id"], NEVER).seq >= job["seq"])

    def hide(self) -> None:
        """From now on give out only the ends of jobs."""
        self.hidden = True
        active = [key for key, job in self._jobs.items() if job["state"] in ACTIVE]
        for key in active:
            del self._jobs[key]

    async def take(self) -> Frame:
        """Return the next entry, as soon as there is one to send."""
        while True:
            self._filled.clear()
            if self._frames:
                return self._frames.popleft()
            now = time.monotonic()
            due = {key: self._due_at(job) for key, job in self._jobs.items()}
            first = min(due, key=lambda key: due[key], default=None)
            if first is not None and due[first] <= now:
                return "job", self._take_job(first, now)
            timeout = due[first] - now if first is not None else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._filled.wait(), timeout)

    def _due_at(self, job: JobSnapshot) -> float:
        """Return the moment from which `job` may be sent."""
        last = self._sent.get(job["id"], NEVER)
        return last.next_at - SLACK_SECONDS if last.status == _status(job) else 0.0

    def _take_job(self, key: str, now: float) -> JobSnapshot:
        job = self._jobs.pop(key)
        if job["state"] in ACTIVE:
            last = self._sent.get(key, NEVER)
            # A snapshot that was sent early, within the slack, does not bring the next one forward.
            began = max(now, last.next_at) if last.status == _status(job) else now
            self._sent[key] = Sent(_status(job), began + PROGRESS_SECONDS, job["seq"])
        else:
            self._sent.pop(key, None)
        return job

    def _limit(self) -> None:
        """When there is too much, drop all of it and have the client start from a snapshot."""
        if len(self._frames) + len(self._jobs) > MOST_FRAMES:
            self._jobs.clear()
            self._frames.clear()
            self._frames.extend([("resync_required", {}), ("snapshot", None)])


def _status(job: JobSnapshot) -> object:
    """Return the values whose change is more than progress."""
    return job["state"], job["attempt"], job["stop_requested"]
