"""Tests of painting sketches: with the real engine, canceled half way, and in turn with jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import User
from inference import worker
from inference.models import Job, Sketch
from inference.services.sketches import request_sketch
from inference.worker import Served, engine, sketches
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
    monkeypatch.setattr(worker, "_turns", worker._Turns())
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
