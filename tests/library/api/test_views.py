"""Styles and licenses in the API: what everybody sees, and what only curators see."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from library.licenses import LICENSES, LicenseId
from library.models import Style
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.factories import make_code_style, make_style, make_user

pytestmark = pytest.mark.django_db
STYLES, LICENSE_LIST = "/api/v1/styles/", "/api/v1/licenses/"
EVALUATE = "/api/v1/licenses/evaluate/"


def slugs(**query: str) -> list[str]:
    """Return the slugs that the list of styles shows to an anonymous client."""
    response = APIClient().get(STYLES, query)
    assert response.status_code == 200, response.content
    return [each["slug"] for each in response.json()["results"]]


class TestList:
    def test_shows_published_styles(self) -> None:
        make_style("wave")
        make_style("sketch", state="draft")
        assert slugs() == ["wave"]

    def test_needs_a_fixed_number_of_queries(self, django_assert_num_queries: Any) -> None:
        for name in ("wave", "night", "hills"):
            make_style(name)
        with django_assert_num_queries(1):
            assert len(slugs()) == 3

    @pytest.mark.parametrize(
        "words", ["wave", "WAVE", "hokusai", "hokusai wave", "woodcut", "color woodblock"]
    )
    def test_finds_words_of_the_label(self, words: str) -> None:
        wave = make_style("wave")
        Style.objects.filter(pk=wave.pk).update(technique="woodcut", medium="Color woodblock print")
        make_style("night")
        Style.objects.filter(slug="night").update(
            artist=wave.artist.__class__.objects.create(name="X")
        )
        assert slugs(q=words) == ["wave"]

    def test_finds_nothing_for_other_words(self) -> None:
        make_style("wave")
        assert slugs(q="starry") == []

    def test_takes_close_words_within_the_filters(self) -> None:
        for slug, technique in (("night", "Mosaic"), ("knigth", "Oil")):
            make_style(slug)
            Style.objects.filter(slug=slug).update(title=slug, technique=technique)
        assert slugs(q="nigth") == ["knigth"]
        assert slugs(q="nigth", technique="mosaic") == ["night"]

    def test_filters_by_technique_artist_and_license(self) -> None:
        make_style("wave", license="CC-BY-4.0")
        make_style("night")
        Style.objects.filter(slug="night").update(technique="Impasto")
        assert slugs(technique="impasto") == ["night"]
        assert slugs(license="CC-BY-4.0") == ["wave"]
        assert slugs(artist="katsushika hokusai") == ["night", "wave"]
        assert slugs(artist="katsushika hokusai", technique="x") == []

    def test_filters_by_what_the_license_allows(self) -> None:
        make_style("free")
        make_style("kept", license="CC-BY-NC-4.0")
        assert slugs(allows="commercial") == ["free"]
        assert slugs(allows="modification") == ["free", "kept"]
        assert slugs(allows="commercial,modification") == ["free"]

    def test_sorts_as_requested(self) -> None:
        for position, name in ((3, "apple"), (1, "cherry"), (2, "banana")):
            style = make_style(name)
            moment = timezone.now() + timedelta(days=position)
            Style.objects.filter(pk=style.pk).update(position=position, published_at=moment)
        assert slugs() == ["cherry", "banana", "apple"]
        assert slugs(sort="title") == ["apple", "banana", "cherry"]
        assert slugs(sort="newest") == ["apple", "banana", "cherry"]

    def test_pages_through_styles_of_one_position(self) -> None:
        for name in "abcde":
            make_style(f"style-{name}")
        found, address = [], f"{STYLES}?limit=2"
        while address:
            page = APIClient().get(address).json()
            found += [each["slug"] for each in page["results"]]
            address = page["next"]
        assert found == [f"style-{name}" for name in "abcde"]

    @pytest.mark.parametrize(
        ("name", "value"), [("sort", "price"), ("license", "MIT"), ("allows", "everything")]
    )
    def test_refuses_an_unknown_choice(self, name: str, value: str) -> None:
        body = assert_problem(APIClient().get(STYLES, {name: value}), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == [name]


class TestDetail:
    def test_shows_the_label(self) -> None:
        make_style("wave", license="CC-BY-4.0")
        body = APIClient().get(f"{STYLES}wave/").json()
        assert body["artist"]["name"] == "Katsushika Hokusai"
        assert body["license"]["id"] == "CC-BY-4.0"
        assert body["license"]["requires_attribution"] is True
        assert set(body["urls"]) == {"full", "thumb"}
        assert sent_file(APIClient().get(body["urls"]["thumb"]))
        assert body["has_picture"] is True
        assert body["methods"] == ["fast", "optimize", "gatys"]

    def test_says_that_there_is_only_a_style_code(self) -> None:
        make_code_style("cafe")
        body = APIClient().get(f"{STYLES}cafe/").json()
        assert body["has_picture"] is False
        assert set(body["urls"]) == {"proof", "thumb"}
        assert sent_file(APIClient().get(body["urls"]["proof"]))
        assert body["methods"] == ["fast", "optimize"]

    def test_hides_a_draft_as_if_it_does_not_exist(self) -> None:
        make_style("sketch", state="draft")
        for client in (APIClient(), session_of(make_user("alice"))):
            draft, nothing = client.get(f"{STYLES}sketch/"), client.get(f"{STYLES}nothing/")
            assert_problem(draft, 404, "not_found")
            assert draft.content == nothing.content
            assert draft.headers == nothing.headers

    def test_shows_a_draft_to_a_curator(self) -> None:
        Style.objects.filter(pk=make_style("sketch", state="draft").pk).update(license="")
        curator = make_user("carol")
        curator.user_permissions.add(Permission.objects.get(codename="change_style"))
        body = session_of(curator).get(f"{STYLES}sketch/").json()
        assert body["license"] is None

    def test_accepts_tokens_of_any_scope(self) -> None:
        make_style("wave")
        assert app_of(make_user("alice"), "jobs:read").get(f"{STYLES}wave/").status_code == 200

    def test_answers_304_for_a_known_etag(self) -> None:
        make_style("wave")
        first = APIClient().get(f"{STYLES}wave/")
        again = APIClient().get(f"{STYLES}wave/", headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
        assert again.content == b""

    def test_answers_in_full_after_a_change(self) -> None:
        wave = make_style("wave")
        first = APIClient().get(f"{STYLES}wave/")
        Style.objects.filter(pk=wave.pk).update(title="The Great Wave")
        again = APIClient().get(f"{STYLES}wave/", headers={"If-None-Match": first["ETag"]})
        assert again.json()["title"] == "The Great Wave"

    @pytest.mark.parametrize("method", ["post", "put"])
    def test_knows_no_other_method(self, method: str) -> None:
        make_style("wave")
        response = getattr(APIClient(), method)(f"{STYLES}wave/", {})
        assert_problem(response, 405, "method_not_allowed")


class TestLicenses:
    def test_lists_what_each_license_permits(self) -> None:
        listed = {each["id"]: each for each in APIClient().get(LICENSE_LIST).json()}
        assert set(listed) == set(LICENSES)
        assert listed["CC-BY-NC-4.0"]["allows_commercial"] is False
        assert listed["CC-BY-SA-4.0"]["share_alike"] is True

    def test_evaluates_several_styles(self) -> None:
        make_style("free")
        make_style("shared", license="CC-BY-SA-4.0")
        body = APIClient().post(EVALUATE, {"styles": ["free", "shared"]}).json()
        assert body["publishable"] == ["CC-BY-SA-4.0"]
        assert body["attribution_required"] is True
        assert body["reasons"] == ["share-alike"]

    def test_finds_licenses_that_cannot_be_combined(self) -> None:
        make_style("shared", license="CC-BY-SA-4.0")
        make_style("kept", license="CC-BY-NC-4.0")
        body = APIClient().post(EVALUATE, {"styles": ["shared", "kept"]}).json()
        assert body["publishable"] == []

    def test_never_offers_the_public_domain_mark(self) -> None:
        make_style("free")
        body = APIClient().post(EVALUATE, {"styles": ["free"]}).json()
        assert LicenseId.PDM not in body["publishable"]

    @pytest.mark.parametrize("slug", ["sketch", "nothing"])
    def test_refuses_a_style_that_is_not_published(self, slug: str) -> None:
        make_style("free")
        make_style("sketch", state="draft")
        response = APIClient().post(EVALUATE, {"styles": ["free", slug]})
        body = assert_problem(response, 422, "style_unavailable")
        assert body["errors"][0]["field"] == "styles.1"

    @pytest.mark.parametrize("body", [{}, {"styles": []}, {"styles": "free"}, {"styles": [1, {}]}])
    def test_refuses_a_body_without_styles(self, body: dict[str, Any]) -> None:
        response = APIClient().post(EVALUATE, body)
        assert response.status_code == 422
