"""The credit that people copy names the artwork first, then its styles."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.credits import works_of
from gallery.models import Artwork
from gallery.services import keep_artwork, publish_artwork
from library.credits import credit_forms
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a private artwork of alice."""
    assert media_root.is_dir()
    return keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea [1]")


def test_names_person_title_and_license_and_then_the_styles(artwork: Artwork) -> None:
    published = publish_artwork(artwork=artwork, license="CC-BY-4.0")
    forms = credit_forms(works_of(published, page="https://example.org/a/"))
    deed = "https://creativecommons.org/licenses/by/4.0/"
    first, second = forms["text"].splitlines()
    assert first == f"“Sea [1]” by alice, https://example.org/a/, CC BY 4.0 ({deed})"
    assert second.startswith("“Great Wave” by Katsushika Hokusai, ")
    assert '<a href="https://example.org/a/">Sea [1]</a> by alice' in forms["html"]
    assert f'<a rel="license" href="{deed}">CC BY 4.0</a>' in forms["html"]
    assert forms["markdown"].startswith(r"[Sea \[1\]](<https://example.org/a/>) by alice, ")


def test_names_no_page_that_others_cannot_open(artwork: Artwork) -> None:
    client = Client()
    client.force_login(artwork.owner)
    credits_ = client.get(reverse("api-artwork-credits", kwargs={"pk": artwork.pk})).json()
    assert credits_["text"].startswith("“Sea [1]” by alice\n")
    assert "http://testserver" not in str(credits_)
    assert [work["title"] for work in credits_["works"]] == ["Sea [1]", "Great Wave"]


def test_can_be_copied_from_the_page(artwork: Artwork) -> None:
    published = publish_artwork(artwork=artwork, license="CC-BY-4.0")
    page = Client().get(published.get_absolute_url()).content.decode()
    for form in ("text", "html", "markdown"):
        assert f'data-copy="credit-{form}"' in page
    assert f"http://testserver{published.get_absolute_url()}" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in page
