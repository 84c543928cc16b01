from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from gallery.models import Artwork, Gallery, Like
from gallery.search import find_artworks
from library.models import Style
from tests.common.test_storage import files_in
from tests.support.clients import sent_file
from tests.support.factories import make_style

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
FEW = {"artworks": 60, "galleries": 3, "styles": 12, "people": 4, "pictures": 5}


def fill(**options: object) -> str:
    out = StringIO()
    call_command("demo_data", stdout=out, **{**FEW, **options})
    return out.getvalue()


def test_fills_a_site_whose_pages_can_be_seen(media_root: Path) -> None:
    assert fill().startswith("4 people, 12 styles, 60 artworks, 3 galleries in ")
    assert Style.objects.published().count() == 12
    assert Artwork.objects.count() == 60
    assert 40 < Artwork.objects.in_public_gallery().count() < 60
    assert {each.layout for each in Gallery.objects.public()} == {*Gallery.Layout.values}
    # The rows share three files for each picture.
    assert len(files_in(media_root)) == 15
    client = Client()
    gallery = Gallery.objects.public()[0]
    for address in ("/gallery/", "/styles/", "/people/demo-1/", gallery.get_absolute_url()):
        assert client.get(address).status_code == 200
    artwork = Artwork.objects.in_public_gallery()[0]
    assert sent_file(client.get(f"/media/artworks/{artwork.pk}/thumb/"))


def test_writes_what_the_services_would_keep_up_to_date() -> None:
    fill()
    for artwork in Artwork.objects.all():
        assert artwork.like_count == Like.objects.filter(artwork=artwork).count()
    some = Artwork.objects.in_public_gallery()[0]
    word = some.title.split()[1]
    assert some in find_artworks({"q": word})
    assert User.objects.named("DEMO-1").exists()


def test_lets_people_sign_in_only_with_a_password() -> None:
    fill(password="only for a look around")
    assert Client().login(username="demo-1", password="only for a look around")


def test_refuses_a_site_with_real_people_unless_forced(alice: User) -> None:
    with pytest.raises(CommandError, match="1 people use this site"):
        fill()
    assert list(User.objects.all()) == [alice]
    fill(force=True)
    with pytest.raises(CommandError, match="already"):
        fill(force=True)


def test_uses_the_styles_of_the_library() -> None:
    make_style()
    fill(styles=0)
    assert Artwork.objects.first() is not None
    assert Style.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"people": 0}, {"pictures": 0}, {"styles": 0}, {"artworks": -1}])
def test_refuses_amounts_that_do_not_fit(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError):
        fill(**wrong)


@pytest.mark.slow
def test_paints_the_photos_of_the_home_page() -> None:
    make_style()
    fill(styles=0, paint=2, artworks=2, people=1, galleries=1)
    for artwork in Artwork.objects.all():
        assert artwork.recipe["styles"] == [{"style": "great-wave", "version": 1, "weight": 1.0}]
        assert artwork.before
        assert artwork.shows_before
    assert "Untitled" not in Client().get("/people/demo-1/").text


def test_does_nothing_the_second_time_if_asked() -> None:
    fill(once=True)
    assert fill(once=True) == ""
