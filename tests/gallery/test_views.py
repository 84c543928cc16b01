"""Home, the public gallery and artworks, for the owner, another user and an anonymous client."""

import io
import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.services import keep_artwork, publish_artwork, rename_artwork
from tests.support.factories import finished_job, make_code_style, make_job, make_style

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def kept(alice: User) -> Artwork:
    return keep_artwork(job=finished_job(alice), title="The harbor")


@pytest.fixture
def shown(kept: Artwork) -> Artwork:
    return publish_artwork(artwork=kept, license="CC-BY-4.0", alt_text="Boats at night")


def tag(page: str, kind: str, name: str) -> str:
    """Return the content of the only meta tag of this name."""
    (content,) = re.findall(rf'<meta {kind}="{re.escape(name)}"\s+content="([^"]*)">', page)
    return unescape(content)


class TestHome:
    def test_works_without_sign_in(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("home"))
        assert page.status_code == 200
        assert "Woodcut" in page.text
        assert "compare-slider" in page.text

    def test_shows_public_artworks_and_nothing_private(
        self, client: Client, shown: Artwork
    ) -> None:
        keep_artwork(job=finished_job(shown.owner), title="Secret")
        page = client.get(reverse("home"))
        assert "The harbor" in page.text
        assert "Secret" not in page.text

    def test_shows_only_styles_with_a_picture(self, client: Client) -> None:
        make_style("woodcut")
        make_code_style("night-cafe")
        page = client.get(reverse("home"))
        assert [style.slug for style in page.context["styles"]] == ["woodcut"]

    def test_works_without_any_style(self, client: Client) -> None:
        assert client.get(reverse("home")).status_code == 200

    def test_allows_no_inline_script_or_style(self, client: Client) -> None:
        page = client.get(reverse("home"))
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert " style=" not in page.text
        assert "<script>" not in page.text

    def test_remembers_the_choice_of_colors(self, client: Client) -> None:
        client.cookies["light"] = "night"
        assert 'data-light="night"' in client.get(reverse("home")).text

    def test_ignores_an_unknown_choice_of_colors(self, client: Client) -> None:
        client.cookies["light"] = '"><script>'
        assert "data-light" not in client.get(reverse("home")).text

    def test_is_translated_to_chinese(self, client: Client) -> None:
        page = client.get(reverse("home"), headers={"Accept-Language": "zh-CN"})
        assert '<html lang="zh-hans"' in page.text
        assert "工作室" in page.text


class TestPublicGallery:
    def test_shows_public_artworks(self, client: Client, shown: Artwork) -> None:
        assert "The harbor" in client.get(reverse("public-gallery")).text

    def test_leaves_out_private_and_hidden_artworks(self, client: Client, shown: Artwork) -> None:
        keep_artwork(job=finished_job(shown.owner), title="Secret")
        hide_artwork(artwork=shown)
        page = client.get(reverse("public-gallery"))
        assert "Secret" not in page.text
        assert "The harbor" not in page.text
        assert "Nothing here yet." in page.text

    def test_accepts_a_page_number_that_is_not_valid(self, client: Client) -> None:
        assert client.get(reverse("public-gallery"), {"page": "last"}).status_code == 200


class TestMyArtworks:
    def test_shows_kept_pictures_and_results_that_are_not_kept(self, kept: Artwork) -> None:
        fresh = finished_job(kept.owner)
        page = client_of(kept.owner).get(reverse("my-artworks"))
        assert "The harbor" in page.text
        assert reverse("job", args=[fresh.pk]) in page.text

    def test_shows_nothing_of_it_to_another_user(self, bob: User, kept: Artwork) -> None:
        page = client_of(bob).get(reverse("my-artworks"))
        assert "The harbor" not in page.text
        assert "No saved pictures yet." in page.text

    def test_asks_an_anonymous_client_to_sign_in(self, client: Client) -> None:
        answer = client.get(reverse("my-artworks"))
        assert answer.headers["Location"].startswith(reverse("account_login"))


class TestArtwork:
    def test_shows_the_tools_to_the_owner(self, kept: Artwork) -> None:
        page = client_of(kept.owner).get(kept.get_absolute_url())
        for deed in ("rename", "publish", "delete"):
            assert reverse(f"artwork-{deed}", args=[kept.pk]) in page.text

    def test_is_hidden_from_others_while_private(
        self, bob: User, client: Client, kept: Artwork
    ) -> None:
        assert client_of(bob).get(kept.get_absolute_url()).status_code == 404
        assert client.get(kept.get_absolute_url()).status_code == 404

    def test_shows_a_public_artwork_to_another_user_without_tools(
        self, bob: User, shown: Artwork
    ) -> None:
        page = client_of(bob).get(shown.get_absolute_url())
        assert 'alt="Boats at night"' in page.text
        assert "CC BY 4.0" in page.text
        assert "Use this style" in page.text
        assert reverse("artwork-delete", args=[shown.pk]) not in page.text

    def test_shows_the_photo_only_if_the_owner_allows_it(
        self, client: Client, shown: Artwork
    ) -> None:
        before = reverse("artwork-file", args=[shown.pk, "before"])
        assert before not in client.get(shown.get_absolute_url()).text
        publish_artwork(artwork=shown, license="CC-BY-4.0", shows_before=True)
        assert before in client.get(shown.get_absolute_url()).text

    def test_offers_only_licenses_that_the_styles_allow(self, alice: User) -> None:
        style = make_style("shared", license="CC-BY-SA-4.0")
        artwork = keep_artwork(job=finished_job(alice, styles=[style]))
        page = client_of(alice).get(artwork.get_absolute_url())
        choices = page.context["publish_form"].fields["license"].choices
        assert choices == [("CC-BY-SA-4.0", "CC BY-SA 4.0")]

    def test_says_when_it_cannot_be_published(self, alice: User) -> None:
        styles = [
            make_style("shared", license="CC-BY-SA-4.0"),
            make_style("unsold", license="CC-BY-NC-4.0"),
        ]
        artwork = keep_artwork(job=finished_job(alice, styles=styles))
        page = client_of(alice).get(artwork.get_absolute_url())
        assert "Only you can see this picture" in page.text
        assert reverse("artwork-publish", args=[artwork.pk]) not in page.text

    def test_tells_other_sites_what_to_show_beside_a_link(
        self, client: Client, shown: Artwork
    ) -> None:
        page = client.get(shown.get_absolute_url(), {"from": "a friend"})
        picture = reverse("artwork-file", args=[shown.pk, "link-preview"])
        address = f"http://testserver{shown.get_absolute_url()}"
        assert f'<link rel="canonical" href="{address}">' in page.text
        described = {
            "og:url": address,
            "og:title": "The harbor",
            "og:description": "Boats at night",
            "og:image": f"http://testserver{picture}",
            "og:image:type": "image/jpeg",
            "og:image:alt": "Boats at night",
        }
        for name, content in described.items():
            assert tag(page.text, "property", name) == content
        assert tag(page.text, "name", "description") == "Boats at night"
        assert tag(page.text, "name", "twitter:card") == "summary_large_image"
        answer = client.get(picture)
        with Image.open(io.BytesIO(answer.getvalue())) as image:
            size = [tag(page.text, "property", f"og:image:{each}") for each in ("width", "height")]
            assert (image.format, [str(side) for side in image.size]) == ("JPEG", size)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"].startswith("public")
        assert client.head(picture).status_code == 200

    def test_describes_a_picture_that_its_owner_did_not_describe(
        self, client: Client, shown: Artwork
    ) -> None:
        rename_artwork(artwork=shown, alt_text="")
        page = client.get(shown.get_absolute_url())
        words = "A picture by alice, made from a photo with Styleweb."
        assert tag(page.text, "name", "description") == words
        assert tag(page.text, "property", "og:image:alt") == "The harbor"

    def test_keeps_a_private_page_out_of_search_engines(self, kept: Artwork) -> None:
        page = client_of(kept.owner).get(kept.get_absolute_url())
        assert '<meta name="robots" content="noindex">' in page.text
        assert "og:" not in page.text


class TestKeep:
    def test_saves_a_result_with_its_title(self, alice: User) -> None:
        job = finished_job(alice)
        answer = client_of(alice).post(reverse("artwork-keep", args=[job.pk]), {"title": "Morning"})
        artwork = Artwork.objects.get()
        assert artwork.title == "Morning"
        assert artwork.visibility == Artwork.Visibility.PRIVATE
        assert answer.headers["Location"] == artwork.get_absolute_url()

    def test_saves_a_result_only_once(self, alice: User) -> None:
        job = finished_job(alice)
        client = client_of(alice)
        for _ in range(2):
            client.post(reverse("artwork-keep", args=[job.pk]))
        assert Artwork.objects.count() == 1

    def test_does_not_save_an_unfinished_job(self, alice: User) -> None:
        url = reverse("artwork-keep", args=[make_job(alice).pk])
        assert client_of(alice).post(url).status_code == 404

    def test_does_not_save_the_result_of_another_user(self, alice: User, bob: User) -> None:
        url = reverse("artwork-keep", args=[finished_job(alice).pk])
        assert client_of(bob).post(url).status_code == 404
        assert not Artwork.objects.exists()


class TestOwnersDeeds:
    def test_renames_an_artwork(self, kept: Artwork) -> None:
        url = reverse("artwork-rename", args=[kept.pk])
        client_of(kept.owner).post(url, {"title": "The quay"})
        kept.refresh_from_db()
        assert kept.title == "The quay"

    def test_says_that_a_title_is_too_long(self, kept: Artwork) -> None:
        url = reverse("artwork-rename", args=[kept.pk])
        page = client_of(kept.owner).post(url, {"title": "x" * 121}, follow=True)
        assert "The title is too long" in page.text
        kept.refresh_from_db()
        assert kept.title == "The harbor"

    def test_publishes_an_artwork(self, kept: Artwork) -> None:
        data = {"license": "CC-BY-4.0", "alt_text": "Boats", "shows_before": "on"}
        client_of(kept.owner).post(reverse("artwork-publish", args=[kept.pk]), data)
        kept.refresh_from_db()
        assert kept.visibility == Artwork.Visibility.PUBLIC
        assert (kept.license, kept.alt_text, kept.shows_before) == ("CC-BY-4.0", "Boats", True)

    @pytest.mark.parametrize("license_id", ["", "CC-PDM-1.0", "made-up"])
    def test_refuses_a_license_that_is_not_offered(self, kept: Artwork, license_id: str) -> None:
        url = reverse("artwork-publish", args=[kept.pk])
        page = client_of(kept.owner).post(url, {"license": license_id})
        assert page.status_code == 422
        kept.refresh_from_db()
        assert kept.visibility == Artwork.Visibility.PRIVATE

    def test_unpublishes_an_artwork(self, shown: Artwork) -> None:
        client_of(shown.owner).post(reverse("artwork-unpublish", args=[shown.pk]))
        shown.refresh_from_db()
        assert shown.visibility == Artwork.Visibility.PRIVATE

    def test_deletes_an_artwork(self, kept: Artwork) -> None:
        page = client_of(kept.owner).post(reverse("artwork-delete", args=[kept.pk]), follow=True)
        assert "Moved to the trash." in page.text
        assert not Artwork.objects.exists()

    @pytest.mark.parametrize("deed", ["rename", "publish", "unpublish", "delete"])
    def test_is_forbidden_to_a_user_who_may_only_look(
        self, bob: User, shown: Artwork, deed: str
    ) -> None:
        page = client_of(bob).post(reverse(f"artwork-{deed}", args=[shown.pk]))
        assert page.status_code == 403
        shown.refresh_from_db()
        assert shown.visibility == Artwork.Visibility.PUBLIC

    def test_sends_nobody_to_the_administrator_for_what_is_not_theirs(
        self, bob: User, shown: Artwork
    ) -> None:
        page = client_of(bob).post(reverse("artwork-rename", args=[shown.pk])).text
        assert "only its owner can change it" in page
        assert "ask the administrator" not in page

    @pytest.mark.parametrize("deed", ["rename", "publish", "unpublish", "delete"])
    def test_is_hidden_from_a_user_who_may_not_look(
        self, bob: User, kept: Artwork, deed: str
    ) -> None:
        url = reverse(f"artwork-{deed}", args=[kept.pk])
        assert client_of(bob).post(url).status_code == 404

    @pytest.mark.parametrize("deed", ["rename", "publish", "unpublish", "delete", "keep"])
    def test_asks_an_anonymous_client_to_sign_in_before_it_searches(
        self, client: Client, deed: str
    ) -> None:
        answer = client.post(reverse(f"artwork-{deed}", args=[uuid4()]))
        assert answer.headers["Location"].startswith(reverse("account_login"))


class TestErrorPages:
    def test_says_that_a_page_is_not_found(self, client: Client) -> None:
        page = client.get("/no/such/room/")
        assert page.status_code == 404
        assert "Page not found" in page.text

    def test_asks_to_reload_a_page_that_has_expired(self, alice: User) -> None:
        client: Any = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        page = client.post(reverse("studio"))
        assert page.status_code == 403
        assert "This page has expired" in page.text
