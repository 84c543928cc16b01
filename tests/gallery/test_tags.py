"""The tags of an artwork: few, short, each once, and written by the owner only."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.models import Artwork, ArtworkTag
from gallery.services import keep_artwork, publish_artwork
from gallery.tags import TagsRefused, tag_artwork
from tests.gallery.test_views import client_of
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def artwork(alice: User) -> Artwork:
    kept = keep_artwork(job=finished_job(alice), title="The harbor")
    return publish_artwork(artwork=kept, license="CC0-1.0")


def tags_of(artwork: Artwork) -> list[str]:
    return list(artwork.tags.order_by("pk").values_list("tag", flat=True))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["sea", "Sea", "SÉA", "boats"], ["sea", "boats"]),
        (["#sea", "  old   town "], ["sea", "old town"]),
        (["\uff37\uff41\uff56\uff45", "海"], ["Wave", "海"]),
        (["", "!!!", "\u202e", "a\x00b", "c,d"], ["ab", "c d"]),
        ([f"tag {number}" for number in range(12)], [f"tag {number}" for number in range(12)]),
    ],
)
def test_keeps_clean_tags(artwork: Artwork, given: list[str], kept: list[str]) -> None:
    tag_artwork(artwork=artwork, tags=["before"])
    tag_artwork(artwork=artwork, tags=given)
    assert tags_of(artwork) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([f"tag {number}" for number in range(13)], "too_many_tags"),
        (["x" * 41], "tag_too_long"),
        (["\ufdfa" * 10], "tag_too_long"),
    ],
)
def test_refuses_too_much(artwork: Artwork, given: list[str], code: str) -> None:
    tag_artwork(artwork=artwork, tags=["before"])
    with pytest.raises(TagsRefused) as refusal:
        tag_artwork(artwork=artwork, tags=given)
    assert refusal.value.code == code
    body = {"title": "Other", "tags": given}
    answer = session_of(artwork.owner).patch(f"/api/v1/artworks/{artwork.pk}/", body)
    assert assert_problem(answer, 422, code)["errors"][0]["field"] == "tags"
    page = client_of(artwork.owner).post(
        reverse("artwork-tags", args=[artwork.pk]), {"tags": ",".join(given)}, follow=True
    )
    assert str(refusal.value) in page.text
    artwork.refresh_from_db()
    assert (tags_of(artwork), artwork.title) == (["before"], "The harbor")


def test_changes_tags_by_the_api_and_on_the_page(artwork: Artwork, bob: User) -> None:
    client, address = session_of(artwork.owner), f"/api/v1/artworks/{artwork.pk}/"
    assert client.patch(address, {"tags": ["sea", "boats"]}).json()["tags"] == ["sea", "boats"]
    assert client.patch(address, {"title": "Quay"}).json()["tags"] == ["sea", "boats"]
    page = client_of(artwork.owner).get(artwork.get_absolute_url())
    assert 'value="sea, boats"' in page.text
    form = {"tags": "evening\uff0c海"}
    client_of(artwork.owner).post(reverse("artwork-tags", args=[artwork.pk]), form)
    assert tags_of(artwork) == ["evening", "海"]
    seen = client_of(bob).get(artwork.get_absolute_url()).text
    assert "?tag=%E6%B5%B7" in seen
    assert session_of(bob).patch(address, {"tags": []}).status_code == 403
    assert client.patch(address, {"tags": []}).json()["tags"] == []
    assert not ArtworkTag.objects.exists()


@pytest.mark.parametrize("tags", [["x"] * 50, ["x" * 500], "x", [1.5], [None]])
def test_answers_wrong_tags(artwork: Artwork, tags: Any) -> None:
    answer = session_of(artwork.owner).patch(f"/api/v1/artworks/{artwork.pk}/", {"tags": tags})
    assert answer.status_code in {200, 422}
    assert len(tags_of(artwork)) <= 1


def test_escapes_tags_on_the_page(artwork: Artwork) -> None:
    tag_artwork(artwork=artwork, tags=["<script>alert(1)</script>", '"&x=1'])
    page = Client().get(artwork.get_absolute_url()).text
    assert "<script>alert" not in page
    assert "&amp;x=1" not in page.split('class="tags"')[1].split('href="')[2].split('"')[0]
