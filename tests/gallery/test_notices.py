"""Notices: told once to the right person, in words, on the page and in the API."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from gallery.galleries import create_gallery, delete_gallery, hide_gallery, show_gallery
from gallery.models import Artwork, Gallery, Notice, ShareLink
from gallery.moderation import hide_artwork, show_artwork
from gallery.notices import sentence_of
from gallery.reactions import like_artwork, unlike_artwork
from gallery.services import keep_artwork, publish_artwork
from gallery.shares import change_link, create_link, revoke_link
from gallery.tasks import gather_notices
from gallery.trash import trash_artworks, trash_gallery
from inference.models import Batch, Job
from inference.services.batches import submit_batch
from library.services import withdraw_style
from style_transfer.core.spec import TransferSpec
from tests.gallery.test_views import client_of
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job, make_photo, make_style, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/notices/"


@pytest.fixture
def artwork(alice: User) -> Artwork:
    """Return a public artwork of alice."""
    kept = keep_artwork(job=finished_job(alice, styles=[make_style("woodcut")]), title="Sea")
    return publish_artwork(artwork=kept, license="CC0-1.0")


def told(owner: User) -> list[str]:
    """Return what `owner` has not read, the newest first."""
    rows = Notice.objects.owned_by(owner).unread().order_by("-created_at")
    return [sentence_of(each) for each in rows]


def submit(owner: User) -> list[Job]:
    """Return the two jobs of a new batch."""
    styles = [make_style("woodcut"), make_style("mosaic")]
    submit_batch(owner=owner, photos=[make_photo(owner)], styles=styles, spec=TransferSpec())
    return list(Job.objects.order_by("pk"))


def end(job: Job, state: str, days_ago: int = 0) -> None:
    """Let a job end in this state."""
    at = timezone.now() - timedelta(days=days_ago)
    result = "result.png" if state == "succeeded" else ""
    Job.objects.filter(pk=job.pk).update(state=state, result=result, completed_at=at)


def ending_link(thing: Artwork | Gallery) -> ShareLink:
    """Return a link that was made weeks ago, and will end in two days."""
    now = timezone.now()
    link = create_link(thing=thing)
    link.created_at, link.expires_at = now - timedelta(days=28), now + timedelta(days=2)
    link.save(update_fields=["created_at", "expires_at"])
    return link


class TestLikes:
    def test_become_one_notice(self, alice: User, bob: User, artwork: Artwork) -> None:
        like_artwork(person=bob, artwork=artwork)
        like_artwork(person=bob, artwork=artwork)
        assert told(alice) == ["1 person liked “Sea”."]
        like_artwork(person=make_user("carol"), artwork=artwork)
        assert told(alice) == ["2 people liked “Sea”."]
        assert told(bob) == []

    def test_begin_a_new_count_after_they_were_read(
        self, alice: User, bob: User, artwork: Artwork
    ) -> None:
        like_artwork(person=bob, artwork=artwork)
        client_of(alice).post(reverse("notices-read"))
        assert told(alice) == []
        like_artwork(person=make_user("carol"), artwork=artwork)
        assert told(alice) == ["1 person liked “Sea”."]
        assert Notice.objects.count() == 1

    def test_leave_no_notice_when_they_are_taken_back(
        self, alice: User, bob: User, artwork: Artwork
    ) -> None:
        carol = make_user("carol")
        for person in (bob, carol):
            like_artwork(person=person, artwork=artwork)
        unlike_artwork(person=bob, artwork=artwork)
        unlike_artwork(person=bob, artwork=artwork)
        assert told(alice) == ["1 person liked “Sea”."]
        unlike_artwork(person=carol, artwork=artwork)
        assert told(alice) == []


class TestModeration:
    def test_is_told_to_the_owners_of_published_pictures(
        self, alice: User, bob: User, artwork: Artwork
    ) -> None:
        keep_artwork(job=finished_job(bob), title="The same picture, private")
        hide_artwork(artwork=artwork)
        hide_artwork(artwork=artwork)
        assert told(alice) == ["A moderator has hidden “Sea”. Only you can see it."]
        show_artwork(artwork=artwork)
        assert told(alice)[0] == "Everyone can see “Sea” again."
        assert told(bob) == []

    def test_is_not_told_to_the_moderator(self, alice: User, artwork: Artwork) -> None:
        hide_artwork(artwork=artwork, by=alice)
        gallery = create_gallery(owner=alice, title="North", visibility="public")
        hide_gallery(gallery=gallery, by=alice)
        assert told(alice) == []

    def test_of_galleries_is_told_once(self, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="North", visibility="public")
        show_gallery(gallery=gallery)
        assert told(alice) == []
        hide_gallery(gallery=gallery)
        show_gallery(gallery=gallery)
        assert told(alice) == [
            "Everyone can see the gallery “North” again.",
            "A moderator has hidden the gallery “North”.",
        ]


class TestGathering:
    def test_tells_of_a_batch_when_all_its_jobs_have_ended(
        self, alice: User, wakeups: list[str]
    ) -> None:
        first, second = submit(alice)
        end(first, "succeeded")
        gather_notices()
        assert told(alice) == []
        end(second, "failed")
        gather_notices()
        gather_notices()
        assert told(alice) == ["Your batch of 2 pictures is done."]
        client_of(alice).post(reverse("notices-read"))
        gather_notices()
        assert told(alice) == []

    def test_tells_nothing_of_what_was_canceled(self, alice: User, wakeups: list[str]) -> None:
        first, second = submit(alice)
        end(first, "canceled")
        end(second, "canceled")
        gather_notices()
        assert told(alice) == []
        end(second, "succeeded")
        gather_notices()
        assert told(alice) == ["Your batch of 1 picture is done."]

    def test_tells_of_a_batch_that_waited_for_days(self, alice: User, wakeups: list[str]) -> None:
        first, second = submit(alice)
        Batch.objects.update(created_at=timezone.now() - timedelta(days=9))
        end(first, "succeeded", days_ago=8)
        end(second, "succeeded", days_ago=4)
        gather_notices()
        assert told(alice) == []
        end(second, "succeeded")
        gather_notices()
        assert told(alice) == ["Your batch of 2 pictures is done."]

    def test_finds_what_was_told_by_its_owner(self, alice: User, artwork: Artwork) -> None:
        ending_link(artwork)
        with CaptureQueriesContext(connection) as queries:
            gather_notices()
        [asked] = [each["sql"] for each in queries if 'FROM "gallery_notice"' in each["sql"]]
        # The index begins with the owner.
        assert '"owner_id" IN' in asked

    def test_tells_nothing_of_links_to_what_is_in_the_trash(
        self, alice: User, artwork: Artwork
    ) -> None:
        gallery = create_gallery(owner=alice, title="North")
        for thing in (artwork, gallery):
            ending_link(thing)
        trash_artworks(owner=alice, artworks=[artwork.pk])
        trash_gallery(gallery=gallery)
        gather_notices()
        assert told(alice) == []

    def test_tells_of_the_new_end_of_a_link(self, alice: User, artwork: Artwork) -> None:
        link = ending_link(artwork)
        gather_notices()
        client_of(alice).post(reverse("notices-read"))
        change_link(link=link, shows_photo=True, expires_at=link.expires_at)
        gather_notices()
        assert told(alice) == []
        change_link(link=link, expires_at=timezone.now() + timedelta(days=20))
        assert not Notice.objects.exists()
        ShareLink.objects.update(expires_at=timezone.now() + timedelta(days=2))
        gather_notices()
        assert told(alice) == ["Your link to “Sea” will expire in a few days."]

    def test_tells_of_a_link_that_will_end(self, alice: User, artwork: Artwork) -> None:
        links = [create_link(thing=artwork) for _ in range(4)]
        soon, now = timedelta(days=2), timezone.now()
        made = now - timedelta(days=28)
        ids = [link.pk for link in links]
        ShareLink.objects.filter(pk__in=ids[:3]).update(created_at=made, expires_at=now + soon)
        # The second one was made for two days only, and the third one is revoked.
        ShareLink.objects.filter(pk=ids[1]).update(created_at=now)
        revoke_link(link=links[2])
        gather_notices()
        gather_notices()
        assert told(alice) == ["Your link to “Sea” will expire in a few days."]
        assert Notice.objects.get().about == str(ids[0])

    def test_tells_of_a_withdrawn_style(self, alice: User, bob: User, artwork: Artwork) -> None:
        keep_artwork(job=finished_job(bob, styles=[make_style("mosaic")]))
        withdraw_style(style=artwork.styles.get())
        gather_notices()
        gather_notices()
        assert [each[:34] for each in told(alice)] == ["The style “Woodcut” was withdrawn."]
        assert told(bob) == []


class TestPage:
    def test_shows_the_count_on_every_page(
        self, client: Client, alice: User, bob: User, artwork: Artwork
    ) -> None:
        like_artwork(person=bob, artwork=artwork)
        assert 'aria-label="Notices, 1 new"' in client_of(alice).get(reverse("home")).text
        assert 'aria-label="Notices"' in client_of(bob).get(reverse("home")).text
        assert reverse("notices") not in client.get(reverse("home")).text

    def test_leads_to_what_a_notice_is_about(
        self, alice: User, bob: User, artwork: Artwork
    ) -> None:
        like_artwork(person=bob, artwork=artwork)
        notice = Notice.objects.get()
        address = reverse("notice-open", args=[notice.pk])
        assert client_of(bob).post(address).status_code == 404
        page = client_of(alice).get(reverse("notices"))
        assert "1 person liked “Sea”." in page.text
        assert address in page.text
        answer: Any = client_of(alice).post(address)
        assert answer.headers["Location"] == artwork.get_absolute_url()
        assert told(alice) == []

    def test_says_that_a_thing_was_deleted(self, alice: User, artwork: Artwork) -> None:
        gallery = create_gallery(owner=alice, title="North", visibility="public")
        hide_artwork(artwork=artwork)
        hide_gallery(gallery=gallery)
        trash_artworks(owner=alice, artworks=[artwork.pk])
        delete_gallery(gallery=gallery)
        notices = list(Notice.objects.all())
        assert len(notices) == 2
        for notice in notices:
            page = client_of(alice).post(reverse("notice-open", args=[notice.pk]), follow=True)
            assert page.redirect_chain == [(reverse("notices"), 302)]
            assert "This was deleted." in page.text
        assert told(alice) == []

    @pytest.mark.parametrize("kind", Notice.Kind.values)
    def test_has_words_and_a_way_for_every_kind(self, alice: User, kind: str) -> None:
        Notice.objects.create(owner=alice, kind=kind, about=str(uuid4()), title="<b>Sea</b> 100%")
        page = client_of(alice).get(reverse("notices"))
        assert page.status_code == 200
        assert "<b>Sea" not in page.text
        answer: Any = client_of(alice).post(reverse("notice-open", args=[Notice.objects.get().pk]))
        assert answer.status_code == 302


class TestApi:
    def test_lists_and_marks_as_read(self, alice: User, bob: User, artwork: Artwork) -> None:
        like_artwork(person=bob, artwork=artwork)
        hide_artwork(artwork=artwork)
        client = session_of(alice)
        newest, liked = client.get(API).json()["results"]
        assert (newest["kind"], liked["kind"], liked["count"]) == ("hidden", "liked", 1)
        assert (liked["about"], liked["page"]) == (str(artwork.pk), artwork.get_absolute_url())
        assert liked["text"] == "1 person liked “Sea”."
        for _again in range(2):
            answer = client.post(f"{API}{liked['id']}/read/")
            assert answer.json()["read_at"] is not None
        assert len(told(alice)) == 1
        assert client.post(f"{API}read/").status_code == 204
        assert told(alice) == []
        assert_problem(session_of(bob).post(f"{API}{liked['id']}/read/"), 404, "not_found")
