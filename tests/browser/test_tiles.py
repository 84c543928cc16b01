"""The tiles of the studio: one stop for the keyboard, filters that forgive, panels on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.test_fingers import FITS, MISSED

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def focused(page: Page) -> str:
    """Return the slug of the tile that has the focus."""
    return str(page.evaluate("document.activeElement.value ?? document.activeElement.id"))


def slugs(page: Page) -> list[str]:
    """Return the slugs of the tiles that are shown."""
    tiles = page.locator("#tiles-list > li[data-words]:visible input")
    return [str(each.get_attribute("value")) for each in tiles.all()]


def test_are_one_stop_for_the_keyboard(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    page = visitor.page
    page.locator("#studio.is-live").wait_for()
    page.locator("#tiles-surprise").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "own-style"
    all_slugs = slugs(page)
    page.keyboard.press("ArrowRight")
    assert focused(page) == all_slugs[0]
    page.keyboard.press("ArrowDown")  # two tiles in a row
    assert focused(page) == all_slugs[2]
    page.keyboard.press("End")
    assert focused(page) == all_slugs[-1]
    page.keyboard.press("Tab")
    assert focused(page) not in all_slugs
    page.keyboard.press("Shift+Tab")
    assert focused(page) == all_slugs[-1]

    # Four are chosen, and the others stay as they are. A fifth is refused with a reason.
    visitor.choose(0, 1, 2, 3, 4)
    expect(page.locator(".palette-item")).to_have_count(4)
    expect(page.locator("#make-hint")).to_contain_text("You can combine up to four styles")
    expect(page.locator(".tile input:disabled")).to_have_count(0)


def test_are_found_by_what_is_meant(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    page = visitor.page
    page.locator("#studio.is-live").wait_for()
    everything, search = slugs(page), page.locator("#tiles-search")
    for typed in ("hokusay", "北斋", "katsushika waves"):
        search.fill(typed)
        # Tests of other files may have added a style of this artist.
        assert {"the-great-wave"} <= set(slugs(page)) <= {"the-great-wave", "great-wave"}
    search.fill("")
    page.locator("#tiles-period").select_option("1800–1899")
    assert "the-great-wave" in slugs(page)
    assert len(slugs(page)) < len(everything)
    page.locator("#tiles-period").select_option("")
    page.get_by_role("button", name="No credit needed").click()
    assert set(slugs(page)) <= set(everything)
    page.get_by_role("button", name="Surprise me").click()
    expect(page.locator(".palette-item")).to_have_count(1)


def test_leave_picture_and_button_in_view_on_a_phone(visit: Visit, pictures: Path) -> None:
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    visitor.go("/studio/")
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in((320, 240))
    visitor.choose(0, 1)
    for panel in ("styles", "mix", "settings"):
        visitor.panel(panel)
        for part in ("#stage-image", "#make", "#sheet-tabs"):
            box = visitor.page.locator(part).bounding_box()
            assert box is not None
            assert box["y"] >= 0, (panel, part)
            assert box["y"] + box["height"] <= PHONE["height"], (panel, part)
        visitor.page.screenshot(path=pictures / f"{panel}.png")
        assert visitor.page.evaluate(MISSED) == [], panel
        visitor.page.evaluate("scrollTo(0, 0)")
        assert visitor.page.evaluate(FITS), panel
