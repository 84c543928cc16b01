"""Tests that a hidden picture stays hidden, whatever its owner does with the artwork or the job."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from gallery.models import Artwork, HiddenPicture
from gallery.moderation import hide_artwork, show_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork, unpublish_artwork
from inference.models import Job
from inference.services.jobs import delete_job
from inference.services.reruns import continue_job
from tests.support.clients import session_of
from tests.support.factories import finished_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("wakeups")]
RESULT_FIELDS = (
    *("state", "result", "result_width", "result_height", "preview", "preview_width"),
    *("preview_height", "completed_at", "device"),
)


@pytest.fixture
def job(media_root: Path, alice: User) -> Job:
    """Return a finished job of alice."""
    assert media_root.is_dir()
    return finished_job(alice)


@pytest.fixture
def hidden(job: Job) -> Artwork:
    """Return a published artwork that a moderator has hidden."""
    return hide_artwork(artwork=published(job))


def published(job: Job) -> Artwork:
    return publish_artwork(artwork=keep_artwork(job=job), license="CC0-1.0")


def continued(job: Job, owner: User, *, seed: int) -> Job:
    """Return the finished continuation of `job`; its picture is another one."""
    Job.objects.filter(pk=job.pk).update(saved="jobs/painting.state")
    job.refresh_from_db()
    waiting, _is_new = continue_job(job=job)
    picture = finished_job(owner, seed=seed)
    values = {each: getattr(picture, each) for each in RESULT_FIELDS}
    Job.objects.filter(pk=waiting.pk).update(**values)
    return Job.objects.get(pk=waiting.pk)


def shown() -> list[Artwork]:
    return list(Artwork.objects.in_public_gallery())


class TestHideArtwork:
    def test_lasts_when_the_artwork_is_published_again(self, hidden: Artwork) -> None:
        publish_artwork(artwork=unpublish_artwork(artwork=hidden), license="CC0-1.0")
        assert shown() == []

    def test_lasts_when_the_same_job_is_kept_again(self, hidden: Artwork, job: Job) -> None:
        delete_artwork(artwork=hidden)
        assert published(job).is_hidden
        assert shown() == []

    def test_lasts_when_the_same_picture_is_painted_again(
        self, hidden: Artwork, job: Job, alice: User
    ) -> None:
        delete_artwork(artwork=hidden)
        delete_job(job=job)
        assert published(finished_job(alice)).is_hidden

    def test_lasts_when_another_user_has_the_same_picture(self, hidden: Artwork, bob: User) -> None:
        assert published(finished_job(bob)).is_hidden

    def test_covers_artworks_of_the_picture_that_are_shown_now(self, job: Job, alice: User) -> None:
        first, second = published(job), published(finished_job(alice))
        hide_artwork(artwork=first)
        second.refresh_from_db()
        assert second.is_hidden
        assert shown() == []

    def test_covers_an_artwork_that_was_kept_before_and_is_published_after(
        self, job: Job, alice: User
    ) -> None:
        private = keep_artwork(job=finished_job(alice))
        hide_artwork(artwork=published(job))
        assert publish_artwork(artwork=private, license="CC0-1.0").is_hidden

    @pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "kept"])
    def test_lasts_when_the_painting_is_continued(
        self, hidden: Artwork, job: Job, alice: User, *, deleted: bool
    ) -> None:
        second = continued(job, alice, seed=1)
        third = continued(second, alice, seed=2)
        if deleted:
            delete_artwork(artwork=hidden)
            delete_job(job=second)
            delete_job(job=job)
        assert published(third).is_hidden

    def test_covers_artworks_of_the_continued_painting(self, job: Job, alice: User) -> None:
        later = published(continued(job, alice, seed=1))
        hide_artwork(artwork=published(job))
        assert shown() == []
        show_artwork(artwork=later)
        assert len(shown()) == 2

    def test_leaves_other_pictures_alone(self, hidden: Artwork, alice: User) -> None:
        other = published(finished_job(alice, seed=1))
        assert shown() == [other]

    def test_covers_old_artworks_by_their_job_alone(self, job: Job) -> None:
        old = published(job)
        Artwork.objects.update(sha256="")
        old.refresh_from_db()
        hide_artwork(artwork=old)
        delete_artwork(artwork=old)
        assert published(job).is_hidden


class TestShowArtwork:
    def test_ends_the_decision_for_every_artwork_of_the_picture(
        self, hidden: Artwork, bob: User
    ) -> None:
        theirs = published(finished_job(bob))
        show_artwork(artwork=hidden)
        assert set(shown()) == {hidden, theirs}
        assert not HiddenPicture.objects.exists()

    def test_lasts_when_the_artwork_is_kept_again(self, hidden: Artwork, job: Job) -> None:
        show_artwork(artwork=hidden)
        delete_artwork(artwork=hidden)
        again = published(job)
        assert shown() == [again]


class TestTheOwner:
    def test_is_told_that_it_is_hidden(self, hidden: Artwork, alice: User) -> None:
        client = Client()
        client.force_login(alice)
        for address in (hidden.get_absolute_url(), "/artworks/"):
            page = client.get(address).text
            assert "idden" in page
            assert "Published" not in page

    def test_is_not_told_that_it_was_published(self, hidden: Artwork, alice: User) -> None:
        client = Client()
        client.force_login(alice)
        address = f"{hidden.get_absolute_url()}publish/"
        page = client.post(address, {"license": "CC0-1.0"}, follow=True).text
        assert "A moderator has hidden this picture." in page
        assert "Published" not in page

    def test_learns_it_from_the_api(self, hidden: Artwork, alice: User) -> None:
        address = f"/api/v1/artworks/{hidden.pk}/publish/"
        body = session_of(alice).post(address, {"license": "CC0-1.0"}).json()
        assert (body["visibility"], body["moderation"]) == ("public", "hidden")

    def test_shares_no_link_preview_of_it(self, hidden: Artwork, alice: User) -> None:
        client = Client()
        client.force_login(alice)
        page = client.get(hidden.get_absolute_url()).text
        assert "og:image" not in page
        assert "noindex" in page
