"""A private style exists for its owner only: every page and list that shows styles, and every use.

The titles and slugs of private styles must not be in any answer to another user. The addresses of
single styles and their files are in test_page_access.py and test_api_access.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, reverse

from accounts.models import User
from gallery.services import keep_artwork, publish_artwork
from inference.services.batches import submit_batch
from library.models import Style
from style_transfer.core.spec import TransferSpec
from styleweb.urls import urlpatterns
from tests.support.clients import assert_problem, session_of
from tests.support.factories import (
    finished_job,
    make_own_style,
    make_photo,
    make_style,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
MARK = "zanzibar"
# Answers that are long, and say nothing about styles.
ELSEWHERE = {"api-schema", "api-docs"}


@pytest.fixture
def private(alice: User, media_root: Path) -> list[Style]:
    """Return styles of alice in every state that the library does not show."""
    states = ("private", "in_review", "deleted")
    styles = [
        make_own_style(alice, f"own-{MARK}-{state}", license="CC0-1.0", state=state)
        for state in states
    ]
    make_style("wave")
    assert media_root.is_dir()
    return styles


def lists(patterns: list[Any] = urlpatterns, prefix: str = "") -> Iterator[str]:
    """Yield each address without a parameter, of pages and of the API."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if "admin" not in address:
                yield from lists(pattern.url_patterns, address)
        elif "<" not in address and pattern.name not in {None, *ELSEWHERE}:
            yield "/" + address


def viewers(bob: User) -> dict[str, Client]:
    """Return the browsers of a stranger and of nobody."""
    stranger = Client()
    stranger.force_login(bob)
    return {"stranger": stranger, "nobody": Client()}


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace").lower()


@pytest.mark.usefixtures("private")
def test_is_on_no_page_and_in_no_list(bob: User) -> None:
    addresses = [*lists()]
    assert {"/", "/studio/", "/styles/", "/gallery/", "/api/v1/styles/"} <= set(addresses)
    for who, browser in viewers(bob).items():
        for address in addresses:
            assert MARK not in body_of(browser.get(address)), (who, address)


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize(
    "address",
    [
        f"/styles/?q={MARK}",
        f"/api/v1/styles/?q={MARK}",
        "/api/v1/styles/?artist=Katsushika Hokusai&sort=newest",
        "/api/v1/styles/?allows=commercial&limit=100",
        f"/studio/?style=own-{MARK}-private",
        f"/studio/license/?style=own-{MARK}-private",
    ],
)
def test_is_found_by_no_search(bob: User, address: str) -> None:
    for browser in viewers(bob).values():
        page = body_of(browser.get(address)).replace(f'value="{MARK}"', "")
        assert f"own {MARK}" not in page
        assert f'value="own-{MARK}' not in page


def test_shows_curators_only_what_was_offered(private: list[Style]) -> None:
    browser = Client()
    browser.force_login(make_user("root", is_staff=True, is_superuser=True))
    for address in ("/api/v1/styles/", "/admin/library/style/", "/admin/library/artist/"):
        page = body_of(browser.get(address))
        assert f"{MARK} private" not in page
        assert f"{MARK} deleted" not in page
    assert f"{MARK} in_review" in body_of(browser.get("/admin/library/style/"))
    for style in (private[0], private[2]):
        assert browser.get(style.get_absolute_url()).status_code == 404
        assert browser.get(f"/api/v1/styles/{style.slug}/").status_code == 404
        assert browser.get(f"/media/styles/{style.slug}/thumb/").status_code == 404


def use_in_a_job(photo: str, slug: str) -> tuple[str, dict[str, Any]]:
    return "jobs/", {"photo": photo, "styles": [{"style": slug}]}


USES: list[Callable[[str, str], tuple[str, dict[str, Any]]]] = [
    use_in_a_job,
    lambda photo, slug: ("estimates/", use_in_a_job(photo, slug)[1]),
    lambda photo, slug: ("batches/", {"photos": [photo], "styles": ["wave", slug]}),
    lambda photo, slug: ("proofs/", {"photo": photo, "styles": ["wave", slug]}),
    lambda _photo, slug: ("licenses/evaluate/", {"styles": ["wave", slug]}),
]


@pytest.mark.parametrize("use", USES, ids=["job", "estimate", "batch", "proof", "license"])
def test_is_of_no_use_to_others(
    private: list[Style], alice: User, bob: User, use: Callable[[str, str], tuple[str, Any]]
) -> None:
    mine = {style.state: style for style in private}
    for user, states in ((bob, mine), (alice, {"deleted"})):
        photo = str(make_photo(user).pk)
        for state in states:
            address, body = use(photo, mine[state].slug)
            response = session_of(user).post(f"/api/v1/{address}", body)
            assert_problem(response, 422, "style_unavailable")
    for state in ("private", "in_review"):
        address, body = use(str(make_photo(alice).pk), mine[state].slug)
        assert session_of(alice).post(f"/api/v1/{address}", body).status_code in {200, 201, 202}


def test_is_no_choice_of_the_studio_for_others(private: list[Style], bob: User) -> None:
    browser = viewers(bob)["stranger"]
    body = {
        "job_id": "0f9d3c62-5c0e-4b0e-9a55-0d7c3f6b1c1e",
        "photo_id": str(make_photo(bob).pk),
        "styles": [private[0].slug],
    }
    assert browser.post(reverse("studio"), body).status_code == 422


def test_is_a_choice_of_the_studio_for_its_owner(private: list[Style], alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    page = body_of(browser.get("/studio/"))
    assert f'value="{private[0].slug}"' in page
    assert f'value="{private[1].slug}"' in page
    assert f'value="{private[2].slug}"' not in page


def test_is_in_the_previews_of_its_owner_only(private: list[Style], alice: User, bob: User) -> None:
    for user, more in ((alice, {private[0].slug, private[1].slug}), (bob, set())):
        sheet = session_of(user).post("/api/v1/proofs/", {"photo": str(make_photo(user).pk)}).json()
        assert {tile["style"] for tile in sheet["tiles"]} == {"wave"} | more


def test_gives_a_published_picture_its_credit_and_no_way_to_the_style(
    private: list[Style], alice: User, bob: User
) -> None:
    artwork = keep_artwork(job=finished_job(alice, styles=[private[0]]))
    publish_artwork(artwork=artwork, license="CC0-1.0")
    for browser in viewers(bob).values():
        page = browser.get(artwork.get_absolute_url()).content.decode()
        assert private[0].title in page
        assert f"/styles/{private[0].slug}/" not in page


def test_keeps_the_pages_of_jobs_whose_style_was_deleted(private: list[Style], alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    job = finished_job(alice, styles=[private[2]])
    page = browser.get(job.get_absolute_url()).content.decode()
    assert private[2].title in page
    assert f"/styles/{private[2].slug}/" not in page


def test_can_be_used_in_a_batch_by_its_owner(private: list[Style], alice: User) -> None:
    batch, _new = submit_batch(
        owner=alice, photos=[make_photo(alice)], styles=private[:2], spec=TransferSpec()
    )
    assert batch.jobs.count() == 2
