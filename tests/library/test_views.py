"""Pages of the style library."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.services import keep_artwork, publish_artwork
from library import views
from library.models import Artist, Evidence, Style
from tests.support.clients import sent_file
from tests.support.factories import drawn_bytes, finished_job, make_code_style, make_style

pytestmark = pytest.mark.django_db


def styles_shown(client: Client, **query: str) -> list[str]:
    return [style.slug for style in client.get(reverse("styles"), query).context["page"].rows]


class TestStyles:
    def test_shows_only_published_styles(self, client: Client) -> None:
        make_style("woodcut")
        make_style("unready", state="draft")
        make_style("gone", state="withdrawn")
        assert styles_shown(client) == ["woodcut"]

    def test_shows_styles_in_their_order(self, client: Client) -> None:
        for slug, position in (("late", 3), ("early", 1)):
            make_style(slug)
            Style.objects.filter(slug=slug).update(position=position)
        assert styles_shown(client) == ["early", "late"]

    def test_shows_many_styles_page_by_page(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "STYLES_A_PAGE", 2)
        for number in range(5):
            make_style(f"style-{number}")
        seen, address = [], reverse("styles")
        while address:
            page = client.get(address).context["page"]
            seen.append([style.slug for style in page.rows])
            address = f"{reverse('styles')}?cursor={page.next}" if page.next else ""
        assert seen == [["style-0", "style-1"], ["style-2", "style-3"], ["style-4"]]

    @pytest.mark.parametrize("word", ["WOOD", "hokusai", "relief", "cherry"])
    def test_finds_a_style_by_word(self, client: Client, word: str) -> None:
        make_style("woodcut")
        Style.objects.update(technique="Relief print", medium="Ink on cherry")
        assert styles_shown(client, q=word) == ["woodcut"]

    def test_says_when_no_style_is_found(self, client: Client) -> None:
        make_style("woodcut")
        page = client.get(reverse("styles"), {"q": "qwerty"})
        assert "No styles found." in page.text

    def test_filters_by_technique(self, client: Client) -> None:
        for slug in ("woodcut", "mosaic"):
            make_style(slug)
            Style.objects.filter(slug=slug).update(technique=slug.title())
        assert styles_shown(client, technique="Mosaic") == ["mosaic"]

    def test_takes_close_words_within_the_technique(self, client: Client) -> None:
        for slug, technique in (("night", "Mosaic"), ("knigth", "Oil")):
            make_style(slug)
            Style.objects.filter(slug=slug).update(title=slug, technique=technique)
        assert styles_shown(client, q="knigth") == ["knigth"]
        assert styles_shown(client, q="nigth", technique="Mosaic") == ["night"]

    def test_names_techniques_in_the_language_of_the_reader(self, client: Client) -> None:
        for slug, technique in (("cut", "Woodcut"), ("stones", "Mosaic")):
            make_style(slug)
            Style.objects.filter(slug=slug).update(technique=technique)
        page = client.get(reverse("styles"), HTTP_ACCEPT_LANGUAGE="zh-hans").text
        assert ">木刻版画</a>" in page
        assert "?technique=Woodcut" in page

    def test_needs_the_same_queries_for_many_styles(
        self, client: Client, django_assert_num_queries: object
    ) -> None:
        for number in range(8):
            make_style(f"style-{number}")
        with django_assert_num_queries(2):  # type: ignore[operator]
            client.get(reverse("styles"))


class TestStyle:
    def test_says_what_users_may_do_with_results(self, client: Client) -> None:
        style = make_style("woodcut", license="CC-BY-NC-4.0")
        page = client.get(style.get_absolute_url())
        assert "CC BY-NC 4.0" in page.text
        assert "is-no" in page.text
        assert f"?style={style.slug}" in page.text

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_is_hidden_before_and_after_publication(self, client: Client, state: str) -> None:
        style = make_style("woodcut", state=state)
        assert client.get(style.get_absolute_url()).status_code == 404

    def test_shows_a_draft_to_a_curator_but_does_not_offer_it(self, alice: User) -> None:
        alice.user_permissions.add(Permission.objects.get(codename="change_style"))
        style = make_style("woodcut", state="draft")
        client = Client()
        client.force_login(alice)
        page = client.get(style.get_absolute_url())
        assert page.status_code == 200
        assert "Use this style" not in page.text

    def test_shows_only_public_artworks_that_use_it(self, alice: User, client: Client) -> None:
        style = make_style("woodcut")
        shown = keep_artwork(job=finished_job(alice, styles=[style]), title="For all")
        keep_artwork(job=finished_job(alice, styles=[style]), title="For me")
        publish_artwork(artwork=shown, license="CC0-1.0")
        page = client.get(style.get_absolute_url())
        assert "For all" in page.text
        assert "For me" not in page.text

    def test_cuts_its_description_between_characters(self, client: Client) -> None:
        style = make_style("woodcut")
        words = 'Tom & "Al" ' * 20
        Style.objects.update(description=words)
        page = client.get(style.get_absolute_url()).text
        for attribute in ('name="description"', 'property="og:description"'):
            (told,) = re.findall(f'<meta {attribute} content="([^"]*)">', page)
            assert unescape(told) == f"{words[:159]}…"

    def test_tells_other_sites_of_it_in_the_language_of_the_page(self, client: Client) -> None:
        style = make_style("woodcut")
        Style.objects.update(description="Main colors")
        page = client.get(style.get_absolute_url(), headers={"accept-language": "zh-hans"}).text
        assert '<meta name="description" content="主要颜色">' in page

    def test_offers_the_artwork_at_full_size(self, client: Client) -> None:
        page = client.get(make_style("woodcut").get_absolute_url()).text
        assert "View full size" in page
        assert "/media/styles/woodcut/full/" in page

    def test_labels_a_sample_and_links_to_the_museum(self, client: Client) -> None:
        style = make_code_style("night-cafe")
        Style.objects.update(institution="Yale", source_url="https://example.org/12507")
        page = client.get(style.get_absolute_url()).text
        assert "View full size" not in page
        assert "/media/styles/night-cafe/proof/" in page
        assert "This is a sample photo" in page
        assert "see it at Yale" in page
        assert 'href="https://example.org/12507"' in page

    def test_shows_the_swatch_of_a_code_and_a_sample_beside_it(self, client: Client) -> None:
        style = make_code_style("night-cafe")
        style.swatch.save("swatch.png", ContentFile(drawn_bytes((64, 64), seed=4)))
        page = client.get(style.get_absolute_url()).text
        assert "Our software computed this" in page
        assert "This is a sample photo" not in page
        for variant in ("swatch", "proof"):
            assert f"/media/styles/night-cafe/{variant}/" in page
            assert sent_file(client.get(f"/media/styles/night-cafe/{variant}/"))
        assert "computed" in client.get(reverse("styles")).text

    def test_names_the_holder_of_an_artwork_without_a_page(self, client: Client) -> None:
        style = make_code_style("night-cafe")
        Style.objects.update(credit_line="A private collection")
        assert "A private collection" in client.get(style.get_absolute_url()).text

    def test_shows_the_evidence_for_its_rights(self, client: Client) -> None:
        style = make_style("woodcut")
        Style.objects.update(rights_statement="http://rightsstatements.org/vocab/NoC-US/1.0/")
        Evidence.objects.create(
            style=style, statement="He died in 1849.", picture_sha256="a" * 64, recorded_by="Carol"
        )
        page = client.get(style.get_absolute_url()).text
        for words in ("He died in 1849.", "Carol", "a" * 16, "NoC-US"):
            assert words in page

    @pytest.mark.parametrize(
        ("born", "died", "years"),
        [(1760, 1849, "(1760–1849)"), (None, 1861, "(?–1861)"), (1950, None, "(1950–)")],
    )
    def test_says_when_the_artist_lived(
        self, client: Client, born: int | None, died: int | None, years: str
    ) -> None:
        style = make_style("woodcut")
        Artist.objects.update(born=born, died=died)
        assert years in client.get(style.get_absolute_url()).text

    def test_leaves_out_unknown_years(self, client: Client) -> None:
        assert "(?" not in client.get(make_style("woodcut").get_absolute_url()).text
