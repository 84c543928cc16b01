"""Two users queue, one cancels, the worker is killed, a page is reloaded: all jobs end correctly.

The screenshots show each stage in order.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor
from tests.support.servers import wait_until
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def site(site_folder: Callable[[str], Path]) -> Iterator[EmbeddedSite]:
    """Serve a separate site, so that other tests do not see the killed worker."""
    with EmbeddedSite(site_folder("film-site")) as running:
        yield running


def snapshot(visitor: Visitor, page: str) -> dict[str, Any]:
    """Return the snapshot that the API gives for the job of a page."""
    address = page.replace("/jobs/", "/api/v1/jobs/")
    answer: dict[str, Any] = visitor.page.request.get(address).json()
    return answer


def shoot(visitor: Visitor, path: Path) -> None:
    """Take a screenshot after a second, so that pictures are loaded and the page has faded in."""
    visitor.page.wait_for_timeout(1000)
    visitor.page.screenshot(path=path)


def test_ends_all_jobs_correctly_after_a_cancel_and_a_killed_worker(
    visit: Visit, site: EmbeddedSite, pictures: Path
) -> None:
    ada = visit()
    ada.sign_up("ada-first")
    ada.page.wait_for_url("**/studio/")
    first = ada.have_made(steps=500)
    wait_until(lambda: snapshot(ada, first)["preview"], "the first preview")
    shoot(ada, pictures / "1-ada-is-painted.png")

    ben = visit(viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    ben.sign_up("ben-second")
    ben.page.wait_for_url("**/studio/")
    second = ben.have_made(steps=40)
    expect(ben.page.locator("[data-part=step]")).to_have_text("Next in line")
    shoot(ben, pictures / "2-ben-waits.png")

    ben.go("/studio/")
    third = ben.have_made(steps=1500, style=1)
    ben.page.get_by_role("main").get_by_role("button", name="Cancel").click()
    expect(ben.page.get_by_role("heading", name="Canceled")).to_be_visible()
    shoot(ben, pictures / "3-ben-cancels-another.png")
    assert [snapshot(ada, first)["state"], snapshot(ben, second)["state"]] == ["running", "queued"]

    site.kill_worker()
    wait_until(lambda: snapshot(ada, first)["attempt"] == 2, "another worker's try")
    shoot(ada, pictures / "4-the-worker-was-killed.png")

    ada.page.reload()
    expect(ada.page.locator("[data-part=connection]")).to_have_text("live")
    expect(ada.page.locator("[data-part=step]")).to_have_text(
        re.compile(r"^Painting, step \d+ of 500$"), timeout=PATIENCE_MS
    )
    shoot(ada, pictures / "5-ada-reloads.png")

    ben.page.goto(second)
    for person, name in ((ada, "6-ada-is-done"), (ben, "7-ben-is-done")):
        person.wait_for_result()
        shoot(person, pictures / f"{name}.png")
    ends = [snapshot(ada, first), snapshot(ben, second), snapshot(ben, third)]
    assert [each["state"] for each in ends] == ["succeeded", "succeeded", "canceled"]
    assert [bool(each["result"]) for each in ends] == [True, True, False]
