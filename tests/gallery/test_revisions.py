"""Artworks that show another version of their picture."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from common.storage import AtomicFileSystemStorage, StorageFull
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.revisions import show_version
from gallery.services import keep_artwork, publish_artwork, small_versions
from gallery.trash import restore, trash_artworks
from inference.models import Job, Revision
from inference.services.jobs import delete_job
from inference.services.refusals import (
    JobRefused,
    NotDevelopable,
    RevisionInUse,
    RevisionNotReady,
)
from inference.services.revisions import delete_revision, show_revision
from tests.common.test_storage import files_in
from tests.support.clients import assert_problem, session_of
from tests.support.factories import developable_job, finished_job, make_revision_row, make_style
from tests.support.races import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root", "wakeups"),
]


def kept(owner: User) -> Artwork:
    return keep_artwork(job=developable_job(owner, styles=[make_style()]), title="Sea")


def made(artwork: Artwork) -> Revision:
    assert artwork.job is not None
    return make_revision_row(artwork.job)


def row(artwork: Artwork) -> Artwork:
    found: Artwork = Artwork.objects.get(pk=artwork.pk)
    return found


class TestShowVersion:
    def test_makes_the_files_anew_with_the_credit_in_them(
        self, alice: User, media_root: Path
    ) -> None:
        artwork = kept(alice)
        before = files_in(media_root / "artworks")
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        now = row(artwork)
        assert now.revision == revision
        assert now.recipe["development"] == {"strength": 0.5, "color": "style"}
        assert now.sha256 != artwork.sha256
        with default_storage.open(str(now.file.name)) as file:
            assert b"made with Styleweb after" in file.read()
        after = files_in(media_root / "artworks")
        assert len(after) == len(before)
        assert [f"artworks/{each}" for each in set(before) & set(after)] == [now.before.name]

    def test_goes_back_to_the_picture_as_painted(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        back = show_version(artwork=row(artwork), revision=None)
        assert (back.revision, back.recipe["development"]) == (None, None)
        assert back.sha256 == artwork.sha256

    def test_stays_hidden_in_another_version(self, alice: User) -> None:
        artwork = publish_artwork(artwork=kept(alice), license="CC0-1.0")
        hide_artwork(artwork=artwork)
        assert show_version(artwork=row(artwork), revision=made(artwork)).is_hidden

    def test_leaves_nothing_on_a_full_disk(
        self, alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        before = files_in(media_root)
        write = AtomicFileSystemStorage._write_durably
        written = []

        def third_fails(*parts: Any) -> None:
            written.append(parts)
            if len(written) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
            write(*parts)

        monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", third_fails)
        with pytest.raises(StorageFull):
            show_version(artwork=artwork, revision=revision)
        assert files_in(media_root) == before
        assert row(artwork).revision is None

    def test_is_refused_in_words_when_the_job_is_deleted(self, alice: User) -> None:
        artwork = kept(alice)
        assert artwork.job is not None
        delete_job(job=artwork.job)
        with pytest.raises(NotDevelopable, match="can no longer be changed"):
            show_version(artwork=row(artwork), revision=None)
        client = Client()
        client.force_login(alice)
        assert "can no longer be changed" in client.get(artwork.get_absolute_url()).text

    def test_makes_nothing_anew_for_what_it_shows(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        before = row(artwork)
        assert show_version(artwork=before, revision=revision).file.name == before.file.name

    def test_is_made_anew_when_its_version_is_not_known_any_more(self, alice: User) -> None:
        artwork = kept(alice)
        show_version(artwork=artwork, revision=made(artwork))
        # Versions could once be deleted while an artwork showed them.
        Artwork.objects.update(revision=None)
        back = show_version(artwork=row(artwork), revision=None)
        assert (back.recipe["development"], back.sha256) == (None, artwork.sha256)

    @pytest.mark.parametrize(
        ("gone", "refusal"), [("revision", RevisionNotReady), ("job", NotDevelopable)]
    )
    def test_is_refused_when_it_is_deleted_at_the_same_time(
        self,
        alice: User,
        media_root: Path,
        monkeypatch: pytest.MonkeyPatch,
        gone: str,
        refusal: type[Exception],
    ) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        before = files_in(media_root / "artworks")

        def delete_meanwhile(*parts: Any) -> Any:
            if gone == "job":
                delete_job(job=revision.job)
            else:
                delete_revision(revision=revision)
            return small_versions(*parts)

        monkeypatch.setattr("gallery.revisions.small_versions", delete_meanwhile)
        with pytest.raises(refusal):
            show_version(artwork=artwork, revision=revision)
        assert row(artwork).revision is None
        assert row(artwork).recipe["development"] is None
        assert files_in(media_root / "artworks") == before

    def test_is_refused_when_its_job_was_deleted_since_it_was_read(self, alice: User) -> None:
        artwork = row(kept(alice))
        delete_job(job=Job.objects.get())
        with pytest.raises(NotDevelopable):
            show_version(artwork=artwork, revision=None)


class TestDelete:
    def test_waits_until_no_artwork_shows_it(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        with pytest.raises(RevisionInUse, match="Your saved picture shows this version"):
            delete_revision(revision=revision)
        assert row(artwork).revision == revision
        assert default_storage.exists(revision.file)
        show_version(artwork=row(artwork), revision=None)
        delete_revision(revision=revision)
        assert not Revision.objects.exists()

    def test_waits_for_one_in_the_trash_too(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        trash_artworks(owner=alice, artworks=[artwork.pk])
        with pytest.raises(RevisionInUse, match="A picture in the trash shows this version"):
            delete_revision(revision=revision)
        restore(owner=alice, artworks=[artwork.pk])
        assert row(artwork).revision == revision

    def test_says_so_on_the_page_and_in_the_api(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        show_version(artwork=artwork, revision=revision)
        client = Client()
        client.force_login(alice)
        page = client.post(reverse("revision-delete", args=[revision.pk]), follow=True)
        assert "Your saved picture shows this version." in page.text
        assert "The version was deleted." not in page.text
        address = f"/api/v1/jobs/{revision.job_id}/revisions/{revision.pk}/"
        assert_problem(session_of(alice).delete(address), 409, "revision_in_use")
        assert Revision.objects.get() == revision

    def test_leads_back_to_the_page_where_it_was_listed(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        client = Client()
        client.force_login(alice)
        assert artwork.job is not None
        for page in (artwork.get_absolute_url(), artwork.job.get_absolute_url()):
            fields = f'<input type="hidden" name="next" value="{page}">'
            assert fields in client.get(page).text
        address = reverse("revision-delete", args=[revision.pk])
        answer = client.post(address, {"next": artwork.get_absolute_url()})
        assert answer.headers["Location"] == artwork.get_absolute_url()
        assert not Revision.objects.exists()

    def test_and_a_choice_of_it_end_whole_in_whatever_order(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)

        def outcome(call: Callable[[], object]) -> str:
            try:
                call()
            except JobRefused as refusal:
                return refusal.code
            return "done"

        ends = together(
            lambda: outcome(lambda: show_version(artwork=artwork, revision=revision)),
            lambda: outcome(lambda: delete_revision(revision=revision)),
        )
        assert ends in (["done", "revision_in_use"], ["revision_not_ready", "done"])
        now = row(artwork)
        assert (now.revision is None) == (now.recipe["development"] is None)


class TestKeep:
    def test_keeps_the_version_that_the_job_shows(self, alice: User) -> None:
        job = developable_job(alice)
        revision = make_revision_row(job, strength=0.3)
        artwork = keep_artwork(job=show_revision(job=job, revision=revision))
        assert artwork.revision == revision
        assert artwork.recipe["development"] == {"strength": 0.3, "color": "style"}

    def test_says_nothing_of_a_picture_as_painted(self, alice: User) -> None:
        assert keep_artwork(job=finished_job(alice)).recipe["development"] is None


class TestPages:
    @pytest.fixture
    def client(self, alice: User) -> Client:
        """Return the browser of alice."""
        client = Client()
        client.force_login(alice)
        return client

    def test_show_the_controls_to_the_owner_only(
        self, client: Client, alice: User, bob: User
    ) -> None:
        artwork = publish_artwork(artwork=kept(alice), license="CC0-1.0")
        assert 'id="develop"' in client.get(artwork.get_absolute_url()).text
        client.force_login(bob)
        assert 'id="develop"' not in client.get(artwork.get_absolute_url()).text

    def test_show_a_version_when_it_is_ready(self, client: Client, alice: User) -> None:
        artwork = kept(alice)
        address = reverse("artwork-develop", args=[artwork.pk])
        body = {"strength": "0.4", "color": "style"}
        page = client.post(address, body, follow=True)
        revision = Revision.objects.get()
        # The job itself still shows what it showed.
        assert not revision.is_wanted
        assert f'data-pending="{revision.pk}"' in page.text
        ready = make_revision_row(revision.job, strength=0.6)
        client.post(address, {"strength": "0.6", "color": "style"})
        assert row(artwork).revision == ready
        undo = {"revision": "painted"}
        client.post(reverse("artwork-show", args=[artwork.pk]), undo)
        assert row(artwork).revision is None

    def test_tell_what_is_wrong(self, client: Client, alice: User) -> None:
        artwork = kept(alice)
        wrong = client.post(reverse("artwork-develop", args=[artwork.pk]), {}, follow=True)
        assert "Choose a strength" in wrong.text
        waiting = make_revision_row(made(artwork).job, ready=False, strength=0.1)
        body = {"revision": str(waiting.pk)}
        early = client.post(reverse("artwork-show", args=[artwork.pk]), body, follow=True)
        assert "not ready yet" in early.text


class TestApi:
    def put(self, client: APIClient, artwork: Artwork, revision: object) -> Any:
        """Ask for a version."""
        address = f"/api/v1/artworks/{artwork.pk}/shown/"
        return client.put(address, {"revision": revision and str(revision)}, format="json")

    def test_chooses_the_version(self, alice: User) -> None:
        artwork = kept(alice)
        revision = made(artwork)
        client = session_of(alice)
        assert self.put(client, artwork, revision.pk).json()["revision"] == str(revision.pk)
        assert self.put(client, artwork, None).json()["revision"] is None

    def test_refuses_what_is_not_there(self, alice: User) -> None:
        artwork = kept(alice)
        client = session_of(alice)
        assert_problem(self.put(client, artwork, artwork.pk), 422, "unknown_revision")
        old = keep_artwork(job=finished_job(alice))
        assert_problem(self.put(client, old, None), 409, "not_developable")
