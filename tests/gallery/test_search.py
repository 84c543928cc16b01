"""The search of the public gallery: words, filters, orders, and pages that do not shift."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import set_display_name
from common.colors import COLOR_NAMES
from gallery import public_views, search
from gallery.indexing import refresh_search, search_text_of
from gallery.models import Artwork, ArtworkStyle
from gallery.moderation import hide_artwork
from gallery.search import COLORS, find_artworks
from gallery.services import keep_artwork, publish_artwork, rename_artwork, unpublish_artwork
from gallery.tags import tag_artwork
from library.models import Style
from tests.support.clients import assert_problem
from tests.support.factories import finished_job, make_style, make_user

pytestmark = pytest.mark.django_db
PUBLIC = "/api/v1/public/artworks/"
GALLERY = reverse("public-gallery")


def public(owner: User, title: str = "", **values: Any) -> Artwork:
    """Return a public artwork without files. Each is newer than the one before."""
    row = Artwork(owner=owner, title=title, width=4, height=3, bytes=1, visibility="public")
    row.license, row.published_at = "CC0-1.0", timezone.now()
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return indexed(row)


def indexed(artwork: Artwork, *styles: Style) -> Artwork:
    for style in styles:
        ArtworkStyle.objects.create(artwork=artwork, style=style, version=1, weight=1)
    artwork.search_text = search_text_of(artwork)
    artwork.save(update_fields=["search_text"])
    return artwork


def titles(**query: str) -> list[str]:
    """Return the titles that the API and the page find, which must be the same."""
    answer = APIClient().get(PUBLIC, query)
    assert answer.status_code == 200, answer.content
    found = [each["title"] for each in answer.json()["results"]]
    page = Client().get(GALLERY, query)
    assert [row.title for row in page.context["page"].rows] == found
    return found


class TestWords:
    def test_looks_into_every_text(self, alice: User) -> None:
        set_display_name(user=alice, display_name="Zoë Müller")
        style = make_style("starry-night")
        sea = indexed(public(alice, "The Sea", alt_text="Boats at dawn"), style)
        tag_artwork(artwork=sea, tags=["Été"])
        for query in (
            *("sea", "BOATS", "ete", "starry", "hokusai", "muller", "zoe", "alice"),
            *("sea boats zoe", "star dawn hok", "the-sea"),
        ):
            assert [each.title for each in find_artworks({"q": query})] == ["The Sea"], query
        for query in ("lake", "sea lake", "seas", "!!!", "bob"):
            assert not find_artworks({"q": query}), query
        assert titles(q="sea boats zoe") == ["The Sea"]

    def test_finds_chinese_without_spaces(self, alice: User) -> None:
        public(alice, "海邊的星夜")
        public(alice, "星空")
        assert titles(q="星夜") == ["海邊的星夜"]
        assert titles(q="星") == ["星空", "海邊的星夜"]
        assert titles(q="夜空") == []

    def test_takes_signs_of_patterns_as_they_are(self, alice: User) -> None:
        public(alice, "100 % cotton_wool")
        assert titles(q="cotton%wool") == titles(q="cotton_wool") == ["100 % cotton_wool"]
        assert titles(q="c%l") == []

    def test_follows_every_change(self, alice: User) -> None:
        style = make_style("woodcut", license="CC-BY-4.0")
        kept = keep_artwork(job=finished_job(alice, styles=[style]), title="Old name")
        assert titles(q="old") == []
        publish_artwork(artwork=kept, license="CC-BY-4.0", alt_text="A boat")
        assert titles(q="old boat woodcut") == ["Old name"]
        rename_artwork(artwork=kept, title="New name", alt_text="A ship")
        assert titles(q="old") == titles(q="boat") == []
        set_display_name(user=alice, display_name="Ada")
        assert titles(q="new ship ada") == ["New name"]
        Style.objects.update(title="Linocut")
        call_command("refresh_search", verbosity=0)
        assert titles(q="linocut") == ["New name"]
        assert titles(q="woodcut") == []

    def test_is_brought_up_to_date_every_day(
        self, alice: User, settings: Settings, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(3):
            sea = indexed(public(alice, f"Sea {number}"), make_style(f"wave-{number}"))
            tag_artwork(artwork=sea, tags=["north", "blue"])
        Style.objects.filter(slug="wave-1").update(title="Linocut")
        daily = settings.CELERY_BEAT_SCHEDULE["refresh-search"]
        assert daily["schedule"] == 24 * 3600
        import_string(daily["task"])()
        assert titles(q="linocut") == ["Sea 1"]
        with django_assert_max_num_queries(4):
            assert refresh_search() == 0

    def test_finds_people_by_a_part_of_many_names_beside_a_rare_one(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "MOST_PEOPLE", 1)
        public(make_user("anna"), "Hill")
        public(alice, "Sky")
        assert titles(q="a anna") == titles(q="anna") == ["Hill"]
        # Two names have this letter.
        assert titles(q="a") == titles(q="a hill") == []

    def test_leaves_out_what_is_not_public(self, alice: User) -> None:
        private, hidden = public(alice, "Sea one"), public(alice, "Sea two")
        unpublish_artwork(artwork=private)
        hide_artwork(artwork=hidden)
        assert titles(q="sea") == []


class TestFilters:
    def test_filters_by_what_the_license_allows(self, alice: User) -> None:
        for name in ("CC0-1.0", "CC-BY-4.0", "CC-BY-ND-4.0", "CC-BY-NC-4.0", "all-rights-reserved"):
            public(alice, name, license=name)
        assert set(titles(use="share")) == {"CC0-1.0", "CC-BY-4.0", "CC-BY-ND-4.0", "CC-BY-NC-4.0"}
        assert set(titles(use="sell")) == {"CC0-1.0", "CC-BY-4.0", "CC-BY-ND-4.0"}
        assert set(titles(use="adapt")) == {"CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"}
        assert set(titles(use="adapt-sell")) == {"CC0-1.0", "CC-BY-4.0"}
        assert titles(use="anything") == ["CC0-1.0"]

    def test_filters_by_style_and_technique_without_doubles(self, alice: User) -> None:
        styles = [make_style("wave"), make_style("night")]
        Style.objects.filter(slug__in=["wave", "night"]).update(technique="Woodblock print")
        indexed(public(alice, "Both"), *styles)
        public(alice, "None")
        assert titles(style="wave") == ["Both"]
        assert titles(technique="woodblock PRINT") == ["Both"]
        assert "Woodblock print" in Client().get(GALLERY).context["techniques"]

    def test_filters_by_color(self, alice: User) -> None:
        kept = keep_artwork(job=finished_job(alice), title="Painted")
        publish_artwork(artwork=kept, license="CC0-1.0")
        assert kept.colors.split()
        other = next(name for name in COLOR_NAMES if name not in kept.colors)
        public(alice, "Other", colors=f" {other} ")
        assert titles(color=other) == ["Other"]
        assert titles(color=kept.colors.split()[0])[-1] == "Painted"
        assert [name for name, _words in COLORS] == [*COLOR_NAMES]

    def test_filters_by_tag_and_person(self, alice: User, bob: User) -> None:
        tag_artwork(artwork=public(alice, "Sea"), tags=["Old Town"])
        tag_artwork(artwork=public(bob, "Hill"), tags=["town"])
        assert titles(tag="old town") == titles(tag="#OLD  TOWN") == ["Sea"]
        assert titles(tag="town") == ["Hill"]
        assert titles(person="ALICE") == ["Sea"]
        assert titles(person="nobody") == []

    def test_refuses_values_in_the_api_that_the_page_leaves_out(self, alice: User) -> None:
        public(alice, "Sea")
        for query in ({"color": "puce"}, {"use": "x"}, {"sort": "x"}, {"q": "x" * 999}):
            assert_problem(APIClient().get(PUBLIC, query), 422, "invalid")
            page = Client().get(GALLERY, query)
            assert [row.title for row in page.context["page"].rows] == ["Sea"]

    def test_shows_filters_without_a_field_as_links(self, alice: User) -> None:
        wave = make_style("wave")
        indexed(public(alice, "Sea"), wave)
        page = Client().get(GALLERY, {"style": "wave", "q": "sea", "cursor": ""})
        assert 'name="style" value="wave"' in page.text
        assert [chip.words for chip in page.context["chips"]] == [wave.title]
        assert page.context["chips"][0].without == f"{GALLERY}?q=sea"

    def test_says_nothing_about_names(self, bob: User) -> None:
        set_display_name(user=bob, display_name="Robert")
        assert "Robert" not in Client().get(GALLERY, {"person": "bob"}).text


class TestOrder:
    def test_shows_the_most_liked_first(self, alice: User) -> None:
        for number, likes in enumerate((1, 5, 1, 0)):
            public(alice, f"{number}", like_count=likes)
        assert titles(sort="liked") == ["1", "2", "0", "3"]
        assert titles() == ["3", "2", "1", "0"]

    def test_comes_back_to_the_same_place(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(public_views, "ARTWORKS_A_PAGE", 4)
        for number in range(12):
            public(alice, f"{number:02}", like_count=number // 5)
        for sort in ("newest", "liked"):
            first = Client().get(GALLERY, {"sort": sort}).context["page"]
            query = {"sort": sort, "cursor": first.next}
            second = Client().get(GALLERY, query).context["page"]
            newer = public(alice, f"newer {sort}", like_count=9)
            again = Client().get(GALLERY, query).context["page"]
            assert [row.pk for row in again.rows] == [row.pk for row in second.rows]
            back = Client().get(GALLERY, {"sort": sort, "cursor": second.previous})
            assert [row.pk for row in back.context["page"].rows] == [row.pk for row in first.rows]
            newer.delete()

    def test_pages_through_everything_once(self, alice: User) -> None:
        made = [public(alice, f"{number:02}", like_count=number % 2) for number in range(12)]
        for sort in ("newest", "liked"):
            found, address = [], f"{PUBLIC}?limit=5&sort={sort}"
            while address:
                page = APIClient().get(address).json()
                found += [each["id"] for each in page["results"]]
                address = page["next"]
            assert sorted(found) == sorted(str(each.pk) for each in made)

    def test_needs_few_queries(self, alice: User, django_assert_max_num_queries: Any) -> None:
        styles = [make_style("wave"), make_style("night")]
        for number in range(6):
            row = public(alice, f"Sea {number}", like_count=number)
            tag_artwork(artwork=indexed(row, *styles), tags=["sea", "blue"])
        query = {"q": "sea alice", "style": "wave", "use": "share", "tag": "sea", "sort": "liked"}
        client = Client()
        client.force_login(alice)
        for address in (GALLERY, PUBLIC):
            with django_assert_max_num_queries(12):
                assert "Sea 5" in client.get(address, query).text


def test_finds_people_by_id_for_the_index(alice: User) -> None:
    # A query in the query would make the database read every row.
    assert str(find_artworks({"q": "alice"}).query).count("accounts_user") == 0


def test_orders_rows_of_one_moment(alice: User) -> None:
    now = timezone.now() - timedelta(days=1)
    for number in range(7):
        public(alice, f"{number}", published_at=now)
    first = APIClient().get(PUBLIC, {"limit": "4"}).json()
    rest = APIClient().get(first["next"]).json()
    assert {each["title"] for each in first["results"] + rest["results"]} == set("0123456")
