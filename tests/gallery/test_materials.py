"""What a picture depends on: for its owner, for everybody once it is public, through links."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.models import Artwork
from gallery.services import keep_artwork, publish_artwork
from gallery.shares import create_link
from gallery.uploads import upload_artwork
from library.models import Evidence, Style
from style_transfer.core.manifest import find_card
from tests.support.factories import drawn_bytes, finished_job, make_own_style, make_style

pytestmark = pytest.mark.django_db
FAST = find_card("fast")[1]
REPORT = {
    "engine_version": "1.2",
    "weights": {"fast": FAST.sha256, "gone": "ab" * 32},
    "software": {"torch": "2.13.0"},
}


@pytest.fixture
def style(db: None) -> Style:
    """Return a style of the library with evidence."""
    style = make_style(license="CC-BY-4.0")
    Style.objects.filter(pk=style.pk).update(source_url="https://example.org/wave")
    Evidence.objects.create(style=style, statement="Seen in print.", recorded_by="Cleo")
    return style


@pytest.fixture
def artwork(media_root: Path, alice: User, style: Style) -> Artwork:
    """Return a private artwork of alice."""
    assert media_root.is_dir()
    own = make_own_style(alice)
    Evidence.objects.create(style=own, statement="Said so.", recorded_by="alice")
    return keep_artwork(job=finished_job(alice, styles=[style, own], report=REPORT))


def client_of(user: User | None) -> Client:
    """Return the client of a user, or of nobody."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def asked(artwork: Artwork, user: User | None) -> dict[str, Any]:
    """Return the answer of the API."""
    address = reverse("api-artwork-materials", kwargs={"pk": artwork.pk})
    response = client_of(user).get(address)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_lists_everything_with_its_license(artwork: Artwork) -> None:
    found = asked(artwork, artwork.owner)
    wave, sketch = found["styles"]
    assert (wave["title"], wave["license"]["name"]) == ("Great Wave", "CC BY 4.0")
    assert wave["license"]["meaning"]
    assert wave["source_url"] == "https://example.org/wave"
    assert wave["image_sha256"] == Style.objects.get(slug="great-wave").image_sha256
    assert [row["statement"] for row in wave["evidence"]] == ["Seen in print."]
    assert (sketch["url"], sketch["evidence"][0]["statement"]) == (
        "/styles/own-sketch/",
        "Said so.",
    )
    fast, gone = found["weights"]
    assert (fast["sha256"], fast["license"]["name"]) == (FAST.sha256, "MIT")
    assert fast["license"]["meaning"]
    assert fast["card"]["origin"] == FAST.origin
    assert fast["card"]["data"] == FAST.data
    assert (gone["sha256"], gone["card"]) == ("ab" * 32, None)
    software = {each["name"]: each["version"] for each in found["software"]}
    assert software == {"Styleweb": "1.2", "PyTorch": "2.13.0", "NumPy": "", "Pillow": ""}
    assert all(each["license"]["meaning"] for each in found["software"])
    assert found["photo"] == {"width": 96, "height": 64}


def test_keeps_the_license_that_a_style_had(artwork: Artwork) -> None:
    Style.objects.filter(slug="great-wave").update(license="CC0-1.0", version=2)
    wave = asked(artwork, artwork.owner)["styles"][0]
    assert (wave["license"]["id"], wave["version"]) == ("CC-BY-4.0", 1)


def test_says_nothing_about_the_own_style_of_another_user(artwork: Artwork) -> None:
    publish_artwork(artwork=artwork, license="CC-BY-4.0")
    wave, sketch = asked(artwork, None)["styles"]
    assert wave["evidence"]
    assert (sketch["title"], sketch["url"], sketch["evidence"]) == ("Own Sketch", None, [])
    assert sketch["image_sha256"] == ""
    page = client_of(None).get(reverse("artwork-materials", kwargs={"pk": artwork.pk}))
    assert page.status_code == 200
    words = page.content.decode()
    assert "Said so." not in words
    assert "Seen in print." in words
    assert "own-sketch" not in words


def test_is_shown_to_those_who_see_the_artwork(artwork: Artwork, bob: User) -> None:
    for name in ("artwork-materials", "api-artwork-materials"):
        address = reverse(name, kwargs={"pk": artwork.pk})
        seen = [client_of(each).get(address).status_code for each in (artwork.owner, bob, None)]
        assert seen == [200, 404, 404]


def test_is_linked_from_the_pages_of_the_picture(artwork: Artwork) -> None:
    client = client_of(artwork.owner)
    job = artwork.job
    assert job is not None
    for page, name, key in (
        (artwork.get_absolute_url(), "artwork-materials", artwork.pk),
        (job.get_absolute_url(), "job-materials", job.pk),
    ):
        address = reverse(name, kwargs={"pk": key})
        assert address in client.get(page).content.decode()
        words = client.get(address).content.decode()
        for word in ("Great Wave", "CC BY 4.0", "Seen in print.", FAST.sha256[:16], "PyTorch"):
            assert word in words, (name, word)


@pytest.mark.parametrize("shows_recipe", [True, False])
def test_follows_the_choice_of_a_link(
    alice: User, style: Style, media_root: Path, *, shows_recipe: bool
) -> None:
    artwork = keep_artwork(job=finished_job(alice, styles=[style], report=REPORT))
    link = create_link(thing=artwork, shows_recipe=shows_recipe)
    address = reverse("share-materials", kwargs={"token": link.token, "pk": artwork.pk})
    page = Client().get(link.get_absolute_url()).content.decode()
    assert (address in page) is shows_recipe
    assert Client().get(address).status_code == (200 if shows_recipe else 404)


def test_knows_nothing_of_an_uploaded_picture(alice: User, media_root: Path) -> None:
    file = BytesIO(drawn_bytes((96, 64)))
    artwork, _new = upload_artwork(owner=alice, file=file, rights="own-work")
    assert asked(artwork, alice) == {"photo": None, "styles": [], "weights": [], "software": []}
    page = client_of(alice).get(reverse("artwork-materials", kwargs={"pk": artwork.pk}))
    assert "made elsewhere" in page.content.decode()
