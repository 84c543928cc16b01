"""Files of artworks: every variant is visible to the users who may see the artwork."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.services import keep_artwork, publish_artwork, rename_artwork, unpublish_artwork
from style_transfer.imaging.metadata.exif import COPYRIGHT
from tests.support.factories import finished_job, make_style

VARIANTS = ["full", "preview", "thumb"]


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a private artwork of alice."""
    assert media_root.is_dir()
    return keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea at Night")


@dataclass(frozen=True)
class Answer:
    """An answer with its whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def picture(self) -> Image.Image:
        """The picture in the body."""
        image = Image.open(io.BytesIO(self.body))
        image.load()
        return image


def ask(visitor: User | None, artwork: Artwork, variant: str = "full", **query: str) -> Answer:
    """Return the answer to `visitor`. None is an anonymous client."""
    client = Client()
    if visitor:
        client.force_login(visitor)
    url = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": variant})
    response = client.get(url, query)
    return Answer(response.status_code, response.headers, response.getvalue())


@pytest.mark.parametrize("variant", [*VARIANTS, "before"])
def test_sends_private_files_only_to_their_owner(artwork: Artwork, bob: User, variant: str) -> None:
    mine = ask(artwork.owner, artwork, variant)
    assert mine.status == 200
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert mine.picture.width > 0
    for visitor in (bob, None):
        assert ask(visitor, artwork, variant).status == 404


@pytest.mark.parametrize("variant", VARIANTS)
def test_sends_public_files_to_everyone(artwork: Artwork, bob: User, variant: str) -> None:
    publish_artwork(artwork=artwork, license="CC0-1.0")
    for visitor in (artwork.owner, bob, None):
        response = ask(visitor, artwork, variant)
        assert response.status == 200
        assert response.headers["Cache-Control"] == "public, max-age=300, s-maxage=0"
        assert response.picture.width > 0


@pytest.mark.parametrize("shows", [True, False])
def test_shows_the_photo_to_others_only_if_its_owner_allows_it(
    artwork: Artwork, bob: User, *, shows: bool
) -> None:
    publish_artwork(artwork=artwork, license="CC0-1.0", shows_before=shows)
    assert ask(artwork.owner, artwork, "before").status == 200
    for visitor in (bob, None):
        assert ask(visitor, artwork, "before").status == (200 if shows else 404)


@pytest.mark.parametrize("variant", [*VARIANTS, "before"])
def test_hides_everything_from_the_next_request_on(
    artwork: Artwork, bob: User, variant: str
) -> None:
    artwork = publish_artwork(artwork=artwork, license="CC0-1.0", shows_before=True)
    unpublish_artwork(artwork=artwork)
    for visitor in (bob, None):
        assert ask(visitor, artwork, variant).status == 404


def test_shows_hidden_files_only_to_moderators_and_the_owner(artwork: Artwork, bob: User) -> None:
    hide_artwork(artwork=publish_artwork(artwork=artwork, license="CC0-1.0"))
    assert ask(bob, artwork, "thumb").status == 404
    assert ask(None, artwork, "thumb").status == 404
    bob.user_permissions.add(Permission.objects.get(codename="change_artwork"))
    response = ask(User.objects.get(pk=bob.pk), artwork, "thumb")
    assert response.status == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert ask(artwork.owner, artwork, "thumb").status == 200


def test_does_not_show_private_artworks_to_moderators(artwork: Artwork, admin_user: User) -> None:
    assert ask(admin_user, artwork, "thumb").status == 404


def test_has_no_other_variant(artwork: Artwork) -> None:
    assert ask(artwork.owner, artwork, "original").status == 404
    assert ask(artwork.owner, Artwork(pk=uuid4())).status == 404


def test_names_a_download_after_its_title(artwork: Artwork) -> None:
    response = ask(artwork.owner, artwork, download="1")
    assert (
        response.headers["Content-Disposition"]
        == 'attachment; filename="styleweb-sea-at-night.png"'
    )
    assert response.picture.format == "PNG"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("海の夜", "海の夜"),
        ("Ночь, море!", "ночь-море"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("\uff21\uff0f\uff22..\u202e", "a-b"),
        ("海" * 120, "海" * 60),
    ],
    ids=["japanese", "russian", "hindi", "tricks", "long"],
)
def test_names_a_download_in_the_script_of_its_title(
    artwork: Artwork, title: str, name: str
) -> None:
    rename_artwork(artwork=artwork, title=title)
    disposition = ask(artwork.owner, artwork, download="1").headers["Content-Disposition"]
    plain = f'attachment; filename="styleweb-{name}.png"'
    encoded = f"attachment; filename*=utf-8''styleweb-{quote(name)}.png"
    assert disposition == (plain if name.isascii() else encoded)


@pytest.mark.parametrize("title", ["", "🌊", "...", "\u200b\u202e"])
def test_names_a_download_by_its_id_if_the_title_has_no_letters(
    artwork: Artwork, title: str
) -> None:
    rename_artwork(artwork=artwork, title=title)
    disposition = ask(artwork.owner, artwork, download="1").headers["Content-Disposition"]
    assert disposition == f'attachment; filename="styleweb-{artwork.pk.hex[:8]}.png"'


@pytest.mark.parametrize(("form", "kind"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_converts_a_download_and_keeps_its_credit(artwork: Artwork, form: str, kind: str) -> None:
    publish_artwork(artwork=artwork, license="CC-BY-4.0")
    response = ask(None, artwork, download="1", format=form)
    image = response.picture
    assert (image.format, image.size) == (kind, (artwork.width, artwork.height))
    assert "licenses/by/4.0/" in str(image.info["xmp"])
    assert image.getexif()[COPYRIGHT] == "alice, CC BY 4.0"
    assert response.headers["Content-Type"] == f"image/{form}"
    assert "attachment" in response.headers["Content-Disposition"]


def test_converts_to_no_other_format(artwork: Artwork) -> None:
    assert ask(artwork.owner, artwork, download="1", format="gif").status == 404


def test_names_the_photo_by_its_real_format(artwork: Artwork) -> None:
    response = ask(artwork.owner, artwork, "before", download="1", format="jpeg")
    assert response.headers["Content-Disposition"].endswith('.png"')
    assert response.picture.format == "PNG"
