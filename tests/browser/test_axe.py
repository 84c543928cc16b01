"""What axe finds on the pages: missing names, wrong roles, and too little contrast in dark, too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.support.page_visits import VIEWERS, Furnished, Visit
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What is folded away is looked at, too. The menu of the user would cover the pictures in progress.
UNFOLD = """() => {
  // On a phone the open menu of the user covers a part of the page.
  const folded = innerWidth > 600 ? "details:not(#tray)" : "main details";
  for (const each of document.querySelectorAll(folded)) each.open = true;
}"""
# Colors of buttons change in a moment, and axe may look before its end.
SETTLE = """() => new Promise((done) => requestAnimationFrame(() => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  requestAnimationFrame(done);
}))"""
# The style sheets are read from the page; axe need not fetch them again.
FIND = """async (options) => {
  const kind = { resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(document, { ...options, ...kind });
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 4).map((each) => each.html.slice(0, 160));
    return `${id}: ${help}: ${nodes.length} x ${places.join(" | ")}`;
  });
}"""
ON_PHONES = [
    *("/", "/studio/", "/styles/", "/styles/great-wave/", "/gallery/", "/artworks/", "/jobs/"),
    *("/account/", "/links/", "/trash/"),
]


@pytest.fixture(scope="module")
def site(site_folder: Callable[[str], Path]) -> Iterator[EmbeddedSite]:
    """Serve a site of this module, because other tests count its styles and pictures."""
    with EmbeddedSite(site_folder("axe-site")) as running:
        yield running


@pytest.fixture(scope="module")
def furnished(site: EmbeddedSite) -> Furnished:
    """Fill the site with what its pages show, and sign the users in."""
    made: Furnished = site.call("furnish")
    return made


@pytest.fixture
def come(chromium: Browser, site: EmbeddedSite) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a visitor's window, with the session of a user if given."""
    visitors: list[Visitor] = []

    def open_window(session: str = "", **options: Any) -> Visitor:
        motion: Any = {"reduced_motion": "reduce", "color_scheme": "light", "locale": "en-US"}
        context = chromium.new_context(**{"viewport": DESKTOP, **motion} | options)
        if session:
            cookie: Any = {"name": "sessionid", "value": session, "url": site.address}
            context.add_cookies([cookie])
        visitors.append(Visitor(context.new_page(), site.address))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.page.context.close()


def look(visitor: Visitor, *, unfold: bool = True) -> list[str]:
    """Return what axe finds on this page: everything in light, and the contrast in dark."""
    page = visitor.page
    if unfold:
        page.evaluate(UNFOLD)
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FIND, ALL)
    page.emulate_media(color_scheme="dark")
    page.evaluate(SETTLE)
    found += [f"dark {each}" for each in page.evaluate(FIND, CONTRAST)]
    page.emulate_media(color_scheme="light")
    return found


def violations(visitor: Visitor, visits: list[Visit]) -> dict[str, list[str]]:
    """Return what axe finds on each of these pages, which answer with the given status."""
    found = {}
    for _viewer, address, status in visits:
        answer = visitor.page.goto(visitor.address + address)
        assert answer is not None
        assert answer.status == status, address
        if wrong := look(visitor):
            found[address] = wrong
    return found


def test_finds_nothing_in_the_studio_of_a_visitor(come: Callable[..., Visitor]) -> None:
    visitor = come()
    visitor.go("/studio/")
    visitor.put_in((160, 120))
    visitor.choose(0, 1)
    visitor.page.locator("#studio.is-live").wait_for()
    assert look(visitor) == []
    visitor.make()
    visitor.wait_for_result()
    assert look(visitor) == []


def test_finds_nothing_in_a_form_with_errors(
    come: Callable[..., Visitor], furnished: Furnished
) -> None:
    visitor = come(furnished["sessions"]["owner"])
    visitor.go("/account/tokens/")
    visitor.page.get_by_label("Name", exact=True).fill("phone")
    visitor.page.get_by_label("Password").fill("wrong")
    visitor.page.get_by_role("button", name="Create token").click()
    visitor.page.locator(".errorlist").first.wait_for()
    assert look(visitor) == []


def test_finds_nothing_in_the_pictures_in_progress(
    come: Callable[..., Visitor], furnished: Furnished
) -> None:
    visitor = come(furnished["sessions"]["owner"])
    visitor.go("/account/")
    visitor.page.locator("#tray > summary").click()
    visitor.page.locator(".tray-list li").first.wait_for()
    assert look(visitor, unfold=False) == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_finds_nothing_on_any_page(
    come: Callable[..., Visitor], furnished: Furnished, viewer: str
) -> None:
    visitor = come(furnished["sessions"].get(viewer, ""))
    visits = [Visit(*each) for each in furnished["visits"][viewer]]
    assert violations(visitor, visits) == {}


def test_finds_nothing_on_a_phone(come: Callable[..., Visitor], furnished: Furnished) -> None:
    visitor = come(furnished["sessions"]["owner"], viewport=PHONE)
    assert violations(visitor, [Visit("owner", each) for each in ON_PHONES]) == {}
