"""The pages of galleries, and what is done with selected pictures."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.galleries import add_to_gallery, change_gallery, create_gallery, hide_gallery
from gallery.models import Artwork, Gallery
from gallery.services import keep_artwork, publish_artwork
from gallery.shares import create_link
from inference.models import Job
from tests.gallery.test_galleries import artworks_of, order_of
from tests.gallery.test_views import client_of
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db
SELECTION = reverse("selection")


@pytest.fixture
def gallery(alice: User) -> Gallery:
    """Return a gallery of alice with three artworks, of which the last is public."""
    made = create_gallery(owner=alice, title="Sea", text="Of the north")
    ids = artworks_of(alice, 3)
    add_to_gallery(gallery=made, artworks=ids)
    for number, pk in enumerate(ids):
        Artwork.objects.filter(pk=pk).update(title=f"Wave {number}")
    Artwork.objects.filter(pk=ids[2]).update(
        visibility="public", license="CC0-1.0", published_at=made.created_at
    )
    return made


def kept(owner: User, *, license_id: str = "CC0-1.0", title: str = "Evening") -> Artwork:
    style = make_style(f"style-{uuid4().hex[:6]}", license=license_id)
    return keep_artwork(job=finished_job(owner, styles=[style]), title=title)


def undo_of(page: Any) -> tuple[str, dict[str, str]]:
    """Return the request that the button "Undo" of the message sends."""
    (moment,) = re.findall(r'name="at" value="([^"]+)"', page.text)
    return reverse("trash-restore"), {"at": moment}


def said(answer: Any) -> str:
    """Return the message that the next page shows."""
    return " ".join(str(each) for each in get_messages(answer.wsgi_request))


class TestGallery:
    @pytest.mark.parametrize("layout", Gallery.Layout.values)
    def test_shows_visitors_only_public_pictures(
        self, client: Client, gallery: Gallery, layout: str
    ) -> None:
        change_gallery(gallery=gallery, visibility="public", layout=layout)
        page = client.get(gallery.get_absolute_url())
        assert page.templates[0].name == f"gallery/layouts/{layout}.html"
        assert "Of the north" in page.text
        assert "Wave 2" in page.text
        assert "Wave 0" not in page.text
        mine = client_of(gallery.owner).get(gallery.get_absolute_url())
        assert "Wave 0" in mine.text
        assert "2 pictures in it are not published" in mine.text

    def test_has_an_address_in_every_script(self, client: Client, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="海與天空", visibility="public")
        assert client.get("/people/alice/海與天空/").status_code == 200
        assert client.get(gallery.get_absolute_url()).status_code == 200

    def test_uses_the_layout_of_the_owner_for_an_unknown_one(
        self, client: Client, gallery: Gallery
    ) -> None:
        change_gallery(gallery=gallery, visibility="public", layout="labels")
        page = client.get(gallery.get_absolute_url(), {"layout": "heap"})
        assert page.context["layout"] == "labels"

    def test_needs_few_queries(self, gallery: Gallery, django_assert_max_num_queries: Any) -> None:
        change_gallery(gallery=gallery, visibility="public")
        add_to_gallery(gallery=gallery, artworks=artworks_of(gallery.owner, 20))
        create_gallery(owner=gallery.owner, title="Other")
        client = client_of(gallery.owner)
        for address in (
            gallery.get_absolute_url(),
            reverse("my-galleries"),
            reverse("my-artworks"),
            reverse("gallery-edit", args=[gallery.pk]),
        ):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200


class TestWhoSeesWhat:
    """What the page of a gallery tells its owner about pictures that are not published."""

    PUBLIC_ONLY = "2 pictures in it are not published, and visitors do not see them."
    LINK_ONLY = "They also see 2 pictures in it that are not published."
    BOTH = "2 pictures in it are not published. Only people with your link see them."

    @pytest.mark.parametrize(
        ("visibility", "has_link", "said"),
        [
            ("public", False, PUBLIC_ONLY),
            ("private", True, LINK_ONLY),
            ("public", True, BOTH),
        ],
    )
    def test_is_said_truly(
        self, gallery: Gallery, visibility: str, *, has_link: bool, said: str
    ) -> None:
        change_gallery(gallery=gallery, visibility=visibility)
        if has_link:
            create_link(thing=gallery)
        page = client_of(gallery.owner).get(gallery.get_absolute_url()).text
        sentences = {self.PUBLIC_ONLY, self.LINK_ONLY, self.BOTH}
        assert {each for each in sentences if each in page} == {said}

    def test_names_what_a_link_does_not_show(self, client: Client, gallery: Gallery) -> None:
        Artwork.objects.filter(title="Wave 0").update(moderation="hidden")
        link = create_link(thing=gallery)
        page = client_of(gallery.owner).get(gallery.get_absolute_url()).text
        assert "They also see 1 picture in it that is not published." in page
        assert "Only you can see 1 picture in it." in page
        seen = client.get(link.get_absolute_url()).text
        assert "Wave 0" not in seen
        assert "Wave 1" in seen

    def test_says_nothing_of_a_link_that_shows_nothing(self, gallery: Gallery) -> None:
        create_link(thing=gallery)
        hide_gallery(gallery=gallery)
        page = client_of(gallery.owner).get(gallery.get_absolute_url()).text
        assert "Only you can see this gallery." in page
        assert "People with your link" not in page


class TestMyGalleries:
    def test_creates_one(self, alice: User) -> None:
        answer = client_of(alice).post(reverse("my-galleries"), {"title": "Sea"})
        made = Gallery.objects.get()
        assert answer.headers["Location"] == reverse("gallery-edit", args=[made.pk])
        assert (made.owner, made.visibility) == (alice, "private")

    @pytest.mark.parametrize("title", ["", "x" * 10_000, "\u200b", "\x07"])
    def test_refuses_a_wrong_title(self, alice: User, title: str) -> None:
        page = client_of(alice).post(reverse("my-galleries"), {"title": title})
        assert page.status_code == 422
        assert "errorlist" in page.text
        assert not Gallery.objects.exists()


class TestEdit:
    def edit(self, gallery: Gallery, **changes: str) -> Any:
        form = {
            "title": gallery.title,
            "text": gallery.text,
            "slug": gallery.slug,
            "layout": gallery.layout,
            "visibility": gallery.visibility,
        }
        address = reverse("gallery-edit", args=[gallery.pk])
        return client_of(gallery.owner).post(address, form | changes)

    def test_changes_a_gallery(self, gallery: Gallery) -> None:
        answer = self.edit(gallery, title="Lakes", slug="湖", visibility="public")
        assert answer.status_code == 302
        row = Gallery.objects.get()
        assert (row.title, row.slug, row.is_public) == ("Lakes", "湖", True)

    def test_says_what_is_wrong_beside_the_field(self, gallery: Gallery) -> None:
        create_gallery(owner=gallery.owner, title="Lakes")
        page = self.edit(gallery, slug="lakes", title="Rivers")
        assert page.status_code == 422
        assert "You have another gallery with this address." in page.text
        assert Gallery.objects.get(pk=gallery.pk).title == "Sea"

    def deed(self, gallery: Gallery, deed: str, artwork: UUID, version: int) -> Any:
        form = {"deed": deed, "artwork": str(artwork), "version": version}
        address = reverse("gallery-items", args=[gallery.pk])
        return client_of(gallery.owner).post(address, form)

    def test_moves_pictures_without_a_script(self, gallery: Gallery) -> None:
        first, second, third = order_of(gallery)
        self.deed(gallery, "later", first, 2)
        assert order_of(gallery) == [second, first, third]
        self.deed(gallery, "earlier", third, 3)
        assert order_of(gallery) == [second, third, first]
        self.deed(gallery, "later", first, 4)
        assert order_of(gallery) == [second, third, first]
        self.deed(gallery, "remove", third, 5)
        assert order_of(gallery) == [second, first]
        self.deed(gallery, "cover", first, 6)
        assert Gallery.objects.get().cover_id == first

    def test_refuses_a_move_on_an_old_page(self, gallery: Gallery) -> None:
        order = order_of(gallery)
        answer = self.deed(gallery, "later", order[0], 1)
        assert "changed in another window" in said(answer)
        for deed in ("later", "cover"):
            assert said(self.deed(gallery, deed, uuid4(), 2))
        assert order_of(gallery) == order


class TestSelection:
    def test_adds_to_a_gallery_or_to_a_new_one(self, gallery: Gallery) -> None:
        client, more = client_of(gallery.owner), artworks_of(gallery.owner, 2)
        form = {"deed": "add", "artworks": more}
        answer = client.post(SELECTION, {**form, "gallery": gallery.pk})
        assert answer.headers["Location"] == reverse("gallery-edit", args=[gallery.pk])
        assert order_of(gallery)[3:] == more
        client.post(SELECTION, {**form, "title": "Best"})
        assert order_of(Gallery.objects.get(title="Best")) == more

    def test_makes_no_gallery_for_wrong_pictures(self, alice: User, bob: User) -> None:
        client = client_of(alice)
        wish = {"deed": "add", "artworks": artworks_of(bob, 1), "title": "Mine"}
        assert "not yours" in said(client.post(SELECTION, wish))
        assert said(client.post(SELECTION, {"deed": "add", "title": "Empty"}))
        assert said(client.post(SELECTION, {**wish, "artworks": ["x"]}))
        long = {"deed": "add", "artworks": artworks_of(alice, 1), "title": "x" * 10_000}
        assert "120 characters" in said(client.post(SELECTION, long))
        assert not Gallery.objects.exists()

    def test_adds_nothing_to_a_gallery_of_another_user(self, gallery: Gallery, bob: User) -> None:
        wish = {"deed": "add", "artworks": artworks_of(bob, 1), "gallery": gallery.pk}
        assert client_of(bob).post(SELECTION, wish).status_code == 404
        assert len(order_of(gallery)) == 3

    def test_publishes_what_one_license_allows(self, alice: User) -> None:
        free, shared = kept(alice), kept(alice, license_id="CC-BY-SA-4.0")
        closed = kept(alice, license_id="CC-BY-NC-4.0", title="Closed")
        client = client_of(alice)
        form = {"deed": "publish", "artworks": [free.pk, shared.pk, closed.pk]}
        page = client.post(SELECTION, form)
        assert {each.pk for each in page.context["artworks"]} == {closed.pk, free.pk}
        assert [each.pk for each in page.context["others"]] == [shared.pk]
        assert not Artwork.objects.in_public_gallery().exists()
        license_id = page.context["licenses"][0][0]
        form = {"deed": "publish", "artworks": [free.pk, closed.pk], "license": license_id}
        assert "Published 2 pictures." in said(client.post(SELECTION, form))
        assert set(Artwork.objects.in_public_gallery()) == {free, closed}

    def test_leaves_published_pictures_as_they_are(self, alice: User) -> None:
        public = publish_artwork(artwork=kept(alice), license="CC-BY-4.0")
        form = {"deed": "publish", "artworks": [public.pk], "license": "CC0-1.0"}
        page = client_of(alice).post(SELECTION, form)
        assert page.context["artworks"] == []
        assert Artwork.objects.get().license == "CC-BY-4.0"

    def test_deletes_and_offers_to_undo_it(self, alice: User, bob: User) -> None:
        first, second = kept(alice), kept(alice)
        client = client_of(alice)
        form: dict[str, Any] = {"deed": "delete", "artworks": [first.pk, second.pk]}
        assert said(client_of(bob).post(SELECTION, form))
        assert Artwork.objects.count() == 2
        page = client.post(SELECTION, form, follow=True)
        assert "Moved 2 pictures to the trash." in page.text
        assert not Artwork.objects.exists()
        assert Job.objects.count() == 2
        assert "Restored 2 pictures." in client.post(*undo_of(page), follow=True).text
        assert set(Artwork.objects.all()) == {first, second}


def test_keeps_a_result_in_a_gallery(gallery: Gallery) -> None:
    job = finished_job(gallery.owner)
    client = client_of(gallery.owner)
    assert gallery.title in client.get(reverse("job", args=[job.pk])).text
    client.post(reverse("artwork-keep", args=[job.pk]), {"gallery": gallery.pk})
    assert order_of(gallery)[-1] == Artwork.objects.get(job=job).pk
    assert gallery.title in client.get(Artwork.objects.get(job=job).get_absolute_url()).text
