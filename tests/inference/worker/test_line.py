"""Tests of what a worker does with one wakeup."""

import pytest

from accounts.models import User
from inference import worker
from inference.models import Job
from inference.worker import Served, shutdown
from inference.worker.turns import Turns
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job

# The heartbeat has its own connection, which sees only committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


def states(line: list[Job]) -> list[str]:
    return [Job.objects.get(pk=job.pk).state for job in line]


class TestServeLine:
    @pytest.fixture
    def line(self, alice: User) -> list[Job]:
        return [make_job(alice, spec=TransferSpec(size=64)) for _ in range(3)]

    def test_finds_nothing_to_do(self) -> None:
        assert worker.serve_line() is Served.NOTHING

    def test_continues_until_the_time_of_its_wakeup_is_over(
        self, line: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "WAKEUP_SECONDS", 60)

        assert worker.serve_line() is Served.NOTHING

        assert states(line) == [Job.State.SUCCEEDED] * 3

    def test_leaves_the_rest_to_the_next_wakeup(
        self, line: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "WAKEUP_SECONDS", 0)

        assert worker.serve_line() is Served.TO_THE_END

        assert states(line) == [Job.State.SUCCEEDED, Job.State.QUEUED, Job.State.QUEUED]

    def test_stops_if_the_worker_was_told_to_end(
        self, line: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        served: list[str] = []

        def serve() -> bool:
            served.append("one")
            monkeypatch.setattr(shutdown, "is_asked", lambda: True)
            return True

        monkeypatch.setattr(worker, "_turns", Turns(serve))

        assert worker.serve_line() is Served.PUT_BACK

        assert served == ["one"]
        assert states(line) == [Job.State.QUEUED] * 3
