"""Files of styles: everybody may see them while the style is published."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from library.models import Style
from library.services import delete_style, withdraw_style
from tests.common.test_storage import files_in
from tests.support.factories import make_code_style, make_style

pytestmark = pytest.mark.django_db


def url(slug: str = "ink", variant: str = "full") -> str:
    """Return the address of a file of a style."""
    return reverse("style-file", kwargs={"slug": slug, "variant": variant})


@pytest.mark.parametrize("variant", ["full", "thumb"])
def test_sends_a_published_style_to_everyone(
    client: Client, media_root: Path, bob: User, variant: str
) -> None:
    make_style("ink")
    for visitor in (None, bob):
        if visitor:
            client.force_login(visitor)
        response = client.get(url(variant=variant))
        assert response.status_code == 200
        assert response["Cache-Control"] == "public, max-age=300, s-maxage=0"
        assert response.getvalue().startswith(b"\x89PNG")
    assert media_root.is_dir()


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
@pytest.mark.parametrize("variant", ["full", "thumb"])
def test_hides_every_other_style(
    client: Client, media_root: Path, bob: User, state: str, variant: str
) -> None:
    make_style("ink", state=state)
    assert client.get(url(variant=variant)).status_code == 404
    client.force_login(bob)
    assert client.get(url(variant=variant)).status_code == 404
    assert media_root.is_dir()


def test_hides_a_style_as_soon_as_it_is_withdrawn(client: Client, media_root: Path) -> None:
    style = make_style("ink")
    tag = client.head(url())["ETag"]
    withdraw_style(style=style)
    assert client.get(url(), headers={"if-none-match": tag}).status_code == 404
    assert media_root.is_dir()


def test_has_no_other_variant_and_no_other_style(client: Client, media_root: Path) -> None:
    make_style("ink")
    assert client.get(url(variant="original")).status_code == 404
    assert client.get(url("wave")).status_code == 404
    assert client.post(url()).status_code == 405
    assert media_root.is_dir()


def test_sends_the_sample_of_a_style_without_a_picture(client: Client, media_root: Path) -> None:
    make_code_style("cafe")
    assert client.get(url("cafe", "proof")).getvalue().startswith(b"\x89PNG")
    assert client.head(url("cafe", "thumb")).status_code == 200
    assert client.get(url("cafe", "full")).status_code == 404
    make_style("ink")
    assert client.get(url("ink", "proof")).status_code == 404
    assert media_root.is_dir()


def test_never_sends_a_style_code(client: Client, media_root: Path, alice: User) -> None:
    style = make_code_style("cafe")
    alice.is_superuser = True
    alice.save(update_fields=["is_superuser"])
    client.force_login(alice)
    assert client.get(url("cafe", "code")).status_code == 404
    assert client.get(f"/media/{style.code.name}").status_code == 404
    assert media_root.is_dir()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [make_style, make_code_style])
def test_makes_the_link_preview_once_and_removes_it_with_the_style(
    client: Client, media_root: Path, make: Callable[[str], Style]
) -> None:
    style = make("ink")
    before = files_in(media_root)
    address = url(variant="link-preview")
    assert client.head(address).status_code == 200
    assert files_in(media_root) == before
    for _again in range(2):
        answer = client.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer.getvalue().startswith(b"\xff\xd8")
        assert len(files_in(media_root)) == len(before) + 1
    delete_style(style=style)
    assert files_in(media_root) == []


def test_makes_no_link_preview_of_a_file_that_is_gone(client: Client, media_root: Path) -> None:
    style = make_style("ink")
    style.image.storage.delete(str(style.image.name))
    assert client.get(url(variant="link-preview")).status_code == 404
    assert len(files_in(media_root)) == 1
