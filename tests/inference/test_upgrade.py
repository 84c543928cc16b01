"""Tests of an upgrade: a database of the last release is migrated and keeps every row."""

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiToken, User
from gallery.models import Artwork, HiddenPicture
from inference.models import ChangeCounter, DeletedJob, Job, Photo, ProofSheet
from library.models import Style
from tests.support.upgrades import ALIAS, migrate

LAST_RELEASE = [
    ("accounts", "0002_socket_ticket"),
    ("library", "0003_proof_sha256"),
    ("inference", "0012_forget_deleted_jobs"),
    ("gallery", "0001_initial"),
]
LEASE, DELETED = uuid.uuid4(), uuid.uuid4()
NOW = timezone.now()


def fill(old: Any) -> None:
    """Write a row of each model with the schema of the last release."""

    def add(app: str, model: str, **values: Any) -> Any:
        return old.get_model(app, model).objects.using(ALIAS).create(**values)

    alice = add("accounts", "User", username="alice", email="alice@example.org")
    bob = add("accounts", "User", username="bob", email="bob@example.org")
    add("accounts", "ApiToken", owner=alice, name="app", prefix="sw_abc", digest="d" * 64)
    artist = add("library", "Artist", name="Hokusai")
    style = add(
        *("library", "Style"),
        slug="wave",
        title="The Wave",
        artist=artist,
        accession_number="library/artworks/wave.py, seed 7",
        code="styles/a.code",
        proof="styles/a.webp",
        proof_sha256="e" * 64,
    )
    size = {"width": 80, "height": 60, "bytes": 900}
    photo = add("inference", "Photo", owner=alice, file="photos/a.jpg", sha256="a" * 64, **size)
    batch = add("inference", "Batch", owner=alice, request_digest="b" * 64)
    job = {"owner": alice, "photo": photo, "spec": {"method": "fast"}, "request_digest": "c" * 64}
    queued = add("inference", "Job", **job, in_batch=batch, lane="gpu", seq=3, number=7)
    held = {"state": "running", "lease": LEASE, "lease_until": NOW + timedelta(minutes=1)}
    add("inference", "Job", **job, **held, attempt=2, started_at=NOW, done=4, total=9)
    ended = {"state": "succeeded", "result": "results/a.jpg", "completed_at": NOW}
    done = add("inference", "Job", **job, **ended, eta_p50=12.5)
    add("inference", "JobStyle", job=queued, style=style, version=1, weight=0.5)
    sheet = add("inference", "ProofSheet", owner=alice, photo=photo, **held)
    sheet.styles.add(style)
    add("inference", "ProofTile", photo=photo, style=style, version=1, engine="f" * 64, file="t")
    add("inference", "GoneJob", owner=alice, job_id=DELETED, spent_at=NOW, number=5)
    add("inference", "ChangeClock", owner=alice, number=7, forgotten=4)
    add("inference", "ChangeClock", owner=bob, number=1)
    files = {"file": "artworks/a.jpg", "preview": "artworks/p.webp", "thumb": "artworks/t.webp"}
    files["moderation"] = "hidden"
    artwork = add("gallery", "Artwork", owner=alice, job=done, title="A wave", **files, **size)
    more = add("inference", "Job", **job, **ended, continues=done.pk)
    add("inference", "Job", **job, **ended, continues=more.pk)
    add("gallery", "ArtworkStyle", artwork=artwork, style=style, version=1, weight=1)


def check() -> None:
    """Read every row with the current models."""
    alice = User.objects.using(ALIAS).get(username="alice")
    assert set(User.objects.using(ALIAS).values_list("username", flat=True)) == {"alice", "bob"}
    assert ApiToken.objects.using(ALIAS).get().owner_id == alice.pk
    style = Style.objects.using(ALIAS).get()
    assert (style.sample.name, style.sample_sha256) == ("styles/a.webp", "e" * 64)
    assert style.accession_number == "artworks/wave.py, seed 7"
    assert style.file_names > {"styles/a.code", "styles/a.webp"}
    photo = Photo.objects.using(ALIAS).get()
    assert (photo.owner_id, photo.file.name, photo.bytes) == (alice.pk, "photos/a.jpg", 900)

    jobs = Job.objects.using(ALIAS)
    first = jobs.filter(continues=None)
    queued, running, done = (first.get(state=each) for each in ("queued", "running", "succeeded"))
    assert jobs.count() == 5
    assert {job.photo_id for job in jobs.all()} == {photo.pk}
    assert queued.in_batch is not None
    assert (queued.lane, queued.seq, queued.number, queued.spec) == (
        "gpu",
        3,
        7,
        {"method": "fast"},
    )
    assert [(each.style_id, each.weight) for each in queued.job_styles.all()] == [(style.pk, 0.5)]
    assert (running.lease, running.lease_until) == (LEASE, NOW + timedelta(minutes=1))
    assert (running.attempt, running.done, running.total) == (2, 4, 9)
    assert (done.result, done.completed_at, done.eta_p50) == ("results/a.jpg", NOW, 12.5)

    sheet = ProofSheet.objects.using(ALIAS).get()
    assert (sheet.state, sheet.lease, sheet.photo_id) == ("running", LEASE, photo.pk)
    assert [each.pk for each in sheet.styles.all()] == [style.pk]
    assert [each.file for each in photo.proof_tiles.all()] == ["t"]

    deleted = DeletedJob.objects.using(ALIAS).get()
    assert (deleted.job_id, deleted.spent_at, deleted.number) == (DELETED, NOW, 5)
    counters = ChangeCounter.objects.using(ALIAS).order_by("number")
    assert [(each.number, each.pruned_through) for each in counters] == [(1, 0), (7, 4)]

    artwork = Artwork.objects.using(ALIAS).get()
    assert (artwork.job_id, artwork.title) == (done.pk, "A wave")
    assert [each.pk for each in artwork.styles.all()] == [style.pk]
    hidden = HiddenPicture.objects.using(ALIAS).get()
    assert (artwork.painting, hidden.painting) == (done.pk, done.pk)
    assert artwork.sha256 == hidden.sha256 == hashlib.sha256(b"a wave").hexdigest()
    later = jobs.exclude(continues=None)
    assert [each.first_job for each in later] == [done.pk, done.pk]


@pytest.fixture(autouse=True)
def _result(media_root: Path) -> None:
    """Store the result that the rows name."""
    (media_root / "results").mkdir()
    (media_root / "results" / "a.jpg").write_bytes(b"a wave")


def upgrade() -> None:
    """Fill the database of the last release, migrate it forward and check its rows."""
    fill(migrate(LAST_RELEASE))
    migrate()
    check()


@pytest.mark.usefixtures("sqlite")
def test_keeps_every_row_on_sqlite() -> None:
    upgrade()


@pytest.mark.services
@pytest.mark.usefixtures("on_postgresql")
def test_keeps_every_row_on_postgresql() -> None:
    upgrade()
