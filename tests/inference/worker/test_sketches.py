"""Tests of painting sketches: with the real engine, canceled half way, and in turn with jobs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from inference import worker
from inference.models import Job, Sketch
from inference.queue import sketches as sketch_queue
from inference.services.sketches import request_sketch
from inference.worker import Served, engine, sketches
from inference.worker.heartbeat import DeadlinePassed
from inference.worker.jobs import serve_job
from inference.worker.reaper import reap, restart_queue
from inference.worker.sketches import ENDINGS, serve_sketch
from inference.worker.turns import Turns
from library.models import Style
from style_transfer.core.spec import Step, TransferSpec
from tests.support.factories import make_job, make_photo, make_picture, make_style

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root", "wakeups"),
]


def sketch_of(owner: User, *styles: Style, **spec: object) -> Sketch:
    weighted = [(style, 1.0) for style in styles or (make_style("ink"),)]
    photo = make_photo(owner)
    return request_sketch(
        owner=owner,
        photo=photo,
        styles=weighted,
        spec=TransferSpec(**spec),  # type: ignore[arg-type]
    )


def test_paints_with_the_engine(alice: User) -> None:
    sketch = sketch_of(alice, make_style("ink"), make_style("wash"), color="content")

    assert worker.serve_next() is Served.TO_THE_END

    sketch.refresh_from_db()
    assert (sketch.state, sketch.lease) == ("succeeded", None)
    with default_storage.open(sketch.file) as file, Image.open(file) as picture:
        assert (picture.format, picture.size) == ("WEBP", (sketch.width, sketch.height))
        assert picture.size == (sketch.photo.width, sketch.photo.height)
    assert [len(sketch.color_map[name]) for name in ("matrix", "offset")] == [9, 3]


def test_stops_when_the_user_moves_on(
    alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sketch = sketch_of(alice)
    seen: list[int] = []

    def stylize(*_: object) -> Iterator[Step]:
        for done in range(5):
            seen.append(done)
            yield Step(done, 5, "painting")
            if done == 1:
                Sketch.objects.all().delete()
        yield Step(5, 5, "done", make_picture())

    monkeypatch.setattr(engine, "stylize", stylize)
    monkeypatch.setattr(sketches, "LOOK_SECONDS", 0)

    assert worker.serve_next() is Served.TO_THE_END

    assert seen == [0, 1, 2]
    assert not list(media_root.glob(f"sketches/*/{sketch.photo_id}/**/*.webp"))


def test_leaves_no_file_of_a_canceled_one(
    alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sketch_of(alice)

    def stylize(*_: object) -> Iterator[Step]:
        Sketch.objects.all().delete()
        yield Step(1, 1, "done", make_picture())

    monkeypatch.setattr(engine, "stylize", stylize)

    worker.serve_next()

    assert not list(media_root.rglob("sketches/**/*.webp"))


def test_fails_when_a_style_was_withdrawn(alice: User) -> None:
    sketch = sketch_of(alice)
    Style.objects.update(state="withdrawn")

    worker.serve_next()

    sketch.refresh_from_db()
    assert (sketch.state, sketch.error_code) == ("failed", "style_withdrawn")


def test_takes_turns_with_jobs(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_turns", Turns(serve_sketch, serve_job))
    done = Step(1, 1, "done", make_picture())
    monkeypatch.setattr(engine, "stylize", lambda *_, **__: (each for each in [done]))
    jobs = [make_job(bob, spec=TransferSpec(size=64)) for _ in range(2)]
    style = make_style("ink")

    order = []
    for number in range(3):
        sketch_of(alice, style, strength=0.5 + number / 10)
        worker.serve_next()
        made = Job.objects.filter(state="succeeded").count()
        order.append((Sketch.objects.active().count(), made))

    # The second sketch waits for a job, and is painted before the next one.
    assert order[:2] == [(0, 0), (1, 1)]
    assert len(jobs) == 2


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the states of the sketches that are broadcast from here on."""
    sent: list[str] = []
    monkeypatch.setattr(
        "inference.live.broadcast.broadcast",
        lambda _group, frame: sent.append(frame["snapshot"]["state"]),
    )
    return sent


def claimed(owner: User) -> Sketch:
    sketch_of(owner)
    sketch = sketch_queue.claim()
    assert sketch is not None
    return sketch


def test_is_told_once_when_it_ends(alice: User, told: list[str]) -> None:
    sketch_of(alice)
    worker.serve_next()
    assert told == ["succeeded"]
    Style.objects.update(state="withdrawn")
    Sketch.objects.update(state="queued", file="", completed_at=None)
    worker.serve_next()
    assert told == ["succeeded", "failed"]


def test_is_told_when_its_step_hangs(alice: User, told: list[str]) -> None:
    sketch = claimed(alice)
    ENDINGS.fail(sketch, DeadlinePassed())
    assert told == ["failed"]
    # A worker that lost it tells nothing.
    ENDINGS.fail(sketch, DeadlinePassed())
    assert told == ["failed"]


def test_waits_again_after_a_lost_worker_and_is_told_when_it_crashed(
    alice: User, told: list[str], wakeups: list[str]
) -> None:
    sketch_of(alice)
    for _attempt in range(3):
        assert sketch_queue.claim() is not None
        Sketch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        wakeups.clear()
        reap()
        assert len(wakeups) == 1
    assert told == ["failed"]
    assert Sketch.objects.get().error_code == "crashed"


def test_waits_again_after_a_restart(alice: User, told: list[str], wakeups: list[str]) -> None:
    sketch = claimed(alice)
    wakeups.clear()
    restart_queue()
    sketch.refresh_from_db()
    assert (sketch.state, sketch.lease, told) == ("queued", None, [])
    assert len(wakeups) == 1


def test_is_told_when_it_crashed_before_a_restart(alice: User, told: list[str]) -> None:
    claimed(alice)
    Sketch.objects.update(attempt=3)
    restart_queue()
    assert told == ["failed"]
