"""Pictures of earlier releases get their look: a few at a time, by one process, each once."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common.sandbox.client import ServerBusy, run
from gallery import looks
from gallery.looks import MOST_TRIES, NAME, StorageAway, give_looks
from gallery.models import Artwork, ArtworkLook, Backfill
from gallery.revisions import show_version
from gallery.services import keep_artwork, read_stored
from gallery.tasks import give_looks as task
from gallery.trash import trash_artworks
from inference.models import Job, ResultLook, Revision
from style_transfer.imaging.perceptual_hash import SAME, difference, look_of
from tests.gallery.test_uploads import uploaded
from tests.gallery.test_verification import SIZE, ask, halved, saved_again
from tests.support.factories import (
    developable_job,
    drawn_bytes,
    finished_job,
    make_picture,
    make_revision_row,
)
from tests.support.sites import ROOT

WAITS = (
    "This site is still going through its older pictures. If this one may be among them, check it "
    "again tomorrow."
)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def old_job(owner: User, seed: int = 0) -> Job:
    """Return a finished job of an earlier release."""
    return finished_job(owner, size=SIZE, seed=seed)


def old_artwork(owner: User, seed: int = 0) -> Artwork:
    """Return an artwork of an earlier release, whose job was deleted."""
    artwork = keep_artwork(job=old_job(owner, seed))
    assert artwork.job is not None
    artwork.job.delete()
    ArtworkLook.objects.all().delete()
    return Artwork.objects.get(pk=artwork.pk)


def old_revision(owner: User) -> Revision:
    """Return a revision of an earlier release."""
    job = developable_job(owner)
    ResultLook.of(look_of(make_picture(SIZE, seed=8)), job=job).save(force_insert=True)
    return make_revision_row(job)


def copy_of(seed: int, size: tuple[int, int] = SIZE) -> bytes:
    """Return a smaller copy of a picture, which has no passport."""
    return saved_again(drawn_bytes(size, seed=seed), halved, quality=60)


def opened(name: str) -> Image.Image:
    """Return a stored picture."""
    return Image.open(io.BytesIO(read_stored(name).data))


def due() -> Backfill:
    """Let the next round begin now, and return the row."""
    Backfill.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return Backfill.objects.get()


def test_lets_copies_of_old_pictures_be_recognized(alice: User) -> None:
    old_artwork(alice, 1)
    old_job(alice, 2)
    revision = old_revision(alice)
    copies = [copy_of(1), copy_of(2), copy_of(9, (64, 43))]
    assert {ask(each)["verdict"] for each in copies} == {"not_made_here"}
    assert WAITS in ask(copies[0])["explanation"]
    task()
    assert {ask(each)["verdict"] for each in copies} == {"edited"}
    assert WAITS not in ask(copy_of(77))["explanation"]
    assert ResultLook.objects.get(revision=revision).job_id == revision.job_id


def test_sees_a_picture_as_releases_since_do(alice: User) -> None:
    artwork = keep_artwork(job=old_job(alice, 3))
    before = artwork.look.perceptual_hash
    artwork.look.delete()
    give_looks()
    assert difference(before, ArtworkLook.objects.get().perceptual_hash) < SAME / 6


def test_gives_those_in_the_trash_a_look_and_uploaded_ones_none(alice: User) -> None:
    trashed = old_artwork(alice)
    trash_artworks(owner=alice, artworks=[trashed.pk])
    uploaded(alice)
    give_looks()
    assert ArtworkLook.objects.get().artwork_id == trashed.pk


def test_leaves_out_what_is_gone_or_damaged_once_and_for_all(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    gone, damaged, cut, whole = (old_artwork(alice, seed) for seed in range(4))
    default_storage.delete(str(gone.preview.name))
    for artwork, data in ((damaged, b"not a picture"), (cut, drawn_bytes(SIZE)[:200])):
        name = default_storage.save("artworks/x.webp", ContentFile(data))
        Artwork.objects.filter(pk=artwork.pk).update(preview=name)
    assert give_looks() == 4
    found = dict(ArtworkLook.objects.values_list("artwork", "perceptual_hash"))
    assert [pk for pk, look in found.items() if look] == [whole.pk]
    assert caplog.text.count("gone or damaged") == 3
    due()
    assert give_looks() == 0
    assert ask(copy_of(3))["verdict"] == "edited"
    assert ask(copy_of(0))["verdict"] == "not_made_here"


def test_is_idle_when_nothing_is_left(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    old_artwork(alice)
    give_looks()
    assert Backfill.objects.get().due_at > timezone.now() + timedelta(hours=23)
    with django_assert_max_num_queries(2):
        assert give_looks() == 0
    due()
    with django_assert_max_num_queries(7):
        assert give_looks() == 0


def test_stops_after_its_time_and_goes_on_in_the_next_round(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "AT_ONCE", 2)
    for seed in range(5):
        old_artwork(alice, seed)
        old_job(alice, seed)
    assert give_looks(seconds=-1) == 0
    now = iter([0.0, 1.0, 2.0, 9.0])
    monkeypatch.setattr(looks, "monotonic", lambda: next(now, 0.0))
    assert give_looks() == 2
    assert give_looks() == 8
    assert ArtworkLook.objects.count() == ResultLook.objects.count() == 5


def test_lets_users_go_first(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_artwork(alice)
    settings.SLOT_LINES = {**settings.SLOT_LINES, "pictures": 0}
    assert give_looks() == 0
    backfill = Backfill.objects.get()
    # Nothing was tried, and the next round begins at once.
    assert (backfill.tries, backfill.lease) == (0, None)
    settings.SLOT_LINES = {**settings.SLOT_LINES, "pictures": 1}
    assert give_looks() == 1


def test_leaves_out_what_ends_its_child_again_and_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted((old_artwork(alice, seed) for seed in range(2)), key=lambda a: a.pk)
    really = run
    poison = read_stored(first.preview.name).data

    def killed(task: str, *parts: bytes) -> object:
        if parts[0] == poison:
            raise ServerBusy
        return really(task, *parts)

    monkeypatch.setattr("gallery.looks.run", killed)
    assert [give_looks() for _round in range(MOST_TRIES + 1)] == [0] * MOST_TRIES + [2]
    assert ArtworkLook.objects.get(artwork=first).perceptual_hash == ""
    assert ArtworkLook.objects.get(artwork=second).perceptual_hash != ""


@pytest.mark.parametrize("away", ["empty", "gone", "refuses"])
def test_marks_nothing_while_the_storage_is_away(
    alice: User, settings: Settings, tmp_path: Path, away: str
) -> None:
    old_artwork(alice)
    there, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path / "unmounted"
    if away == "empty":
        settings.MEDIA_ROOT.mkdir()
    elif away == "refuses":
        settings.MEDIA_ROOT.write_text("No file can be opened below this.")
    for _round in range(MOST_TRIES + 2):
        with pytest.raises(StorageAway):
            give_looks()
    assert not ArtworkLook.objects.exists()
    settings.MEDIA_ROOT = there
    assert give_looks() == 1
    assert ArtworkLook.objects.get().perceptual_hash != ""


def test_keeps_the_look_of_a_version_that_is_shown_meanwhile(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = developable_job(alice)
    revision = make_revision_row(job)
    artwork = keep_artwork(job=job)
    ArtworkLook.objects.all().delete()
    really = run

    def meanwhile(task: str, *parts: bytes) -> object:
        made = really(task, *parts)
        monkeypatch.setattr("gallery.looks.run", really)
        show_version(artwork=artwork, revision=revision)
        return made

    monkeypatch.setattr("gallery.looks.run", meanwhile)
    give_looks()
    shown = ArtworkLook.objects.get().perceptual_hash
    assert difference(shown, look_of(opened(revision.file))) <= SAME


def test_forgets_what_is_deleted_meanwhile(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    revision, artwork = old_revision(alice), old_artwork(alice)
    really = run

    def meanwhile(task: str, *parts: bytes) -> object:
        made = really(task, *parts)
        Artwork.objects.filter(pk=artwork.pk).delete()
        Job.objects.filter(pk=revision.job_id).delete()
        return made

    monkeypatch.setattr("gallery.looks.run", meanwhile)
    give_looks()
    assert not ArtworkLook.objects.exists()
    assert not ResultLook.objects.exists()


# A process of its own with the database of this test, which the failpoint kills.
WORKER = """
import sys, django
from django.conf import settings
from pathlib import Path
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = Path(sys.argv[2])
django.setup()
from gallery.looks import give_looks
give_looks()
"""


@pytest.mark.django_db(transaction=True)
def test_goes_on_after_a_worker_was_killed(alice: User, settings: Settings, tmp_path: Path) -> None:
    for seed in range(3):
        old_artwork(alice, seed)
    points = tmp_path / "failpoints"
    points.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "styleweb.settings",
        "STYLEWEB_FAILPOINTS": str(points),
    }
    command = [sys.executable, "-c", WORKER]
    command += [str(connection.settings_dict["NAME"]), str(settings.MEDIA_ROOT)]
    (points / "look").write_text("kill")
    ended = subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -9
    killed = Backfill.objects.get(name=NAME)
    assert (killed.tries, killed.lease is None) == (1, False)
    # It may still work, as far as anybody knows.
    assert give_looks() == 0
    Backfill.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert give_looks() == 3
    assert not ArtworkLook.objects.filter(perceptual_hash="").exists()
    # One that was only slow changes nothing any more.
    assert not killed.begin("artwork x")
    assert not killed.rest(timedelta(0))
