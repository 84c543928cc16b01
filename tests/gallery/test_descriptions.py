"""The description that is proposed for a picture."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from gallery.descriptions import LONGEST, proposed_alt_text
from gallery.models import Artwork
from gallery.selection import publish_selection
from gallery.services import keep_artwork
from tests.gallery.test_views import client_of
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture
def artwork(alice: User) -> Artwork:
    """Return an artwork in two styles."""
    styles = [make_style("woodcut"), make_style("mosaic")]
    return keep_artwork(job=finished_job(alice, styles=styles), title="Sea")


def test_names_title_styles_and_artists(artwork: Artwork) -> None:
    assert proposed_alt_text(artwork) == (
        "“Sea”: a photo painted in the style of Woodcut by Katsushika Hokusai and Mosaic by "
        "Katsushika Hokusai."
    )
    artwork.title = ""
    assert proposed_alt_text(artwork).startswith("A photo painted in the style of Woodcut")
    with translation.override("zh-hans"):
        assert "Katsushika Hokusai 的《Woodcut》" in proposed_alt_text(artwork)


def test_fits_the_column(artwork: Artwork) -> None:
    artwork.title = "x" * 400
    assert len(proposed_alt_text(artwork)) == LONGEST


def test_says_of_an_upload_what_its_owner_said() -> None:
    upload = Artwork(origin="uploaded", title="Harbor", creator="Ada")
    assert proposed_alt_text(upload) == "“Harbor” by Ada."
    assert proposed_alt_text(Artwork(origin="uploaded", title="Harbor")) == "Harbor"
    assert proposed_alt_text(Artwork(origin="uploaded")) == ""


def test_begins_the_form_and_never_replaces_a_text(artwork: Artwork) -> None:
    client = client_of(artwork.owner)
    page = client.get(artwork.get_absolute_url())
    assert page.context["publish_form"].initial["alt_text"] == proposed_alt_text(artwork)
    Artwork.objects.update(alt_text="Two boats")
    page = client.get(artwork.get_absolute_url())
    assert page.context["publish_form"].initial["alt_text"] == "Two boats"
    answer = client.get(reverse("api-artwork-detail", args=[artwork.pk])).json()
    assert (answer["alt_text"], answer["proposed_alt_text"]) == (
        "Two boats",
        proposed_alt_text(artwork),
    )


def test_describes_pictures_that_are_published_together(artwork: Artwork) -> None:
    publish_selection(artworks=[artwork], license="CC0-1.0")
    assert Artwork.objects.get().alt_text == proposed_alt_text(artwork)
