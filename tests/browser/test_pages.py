"""Pages in a real browser: sizes, keyboard, language, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import PHONE, Visitor, photo_file

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
OPEN_PAGES = ["/", "/studio/", "/styles/", "/styles/woodcut/", "/gallery/", "/account/login/"]
NAMELESS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
    .filter((each) => each.checkVisibility() && !each.innerText?.trim() && !each.ariaLabel
        && !each.labels?.length && !each.querySelector('img[alt]:not([alt=""])'))
    .map((each) => each.outerHTML)"""
OWN_PAGES = ["/artworks/", "/jobs/", "/photos/", "/account/", "/account/email/", "/account/tokens/"]


def overflow(visitor: Visitor) -> int:
    width: int = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


def test_fits_a_phone_on_every_page(visit: Visit) -> None:
    visitor = visit(viewport=PHONE)
    visitor.sign_up("slim")
    visitor.page.wait_for_url("**/studio/")
    for path in OPEN_PAGES + OWN_PAGES:
        visitor.go(path)
        assert overflow(visitor) <= 0, path


def test_has_one_main_heading_and_no_nameless_control(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("reader")
    visitor.page.wait_for_url("**/studio/")
    for path in OPEN_PAGES + OWN_PAGES:
        visitor.go(path)
        assert visitor.page.locator("h1").count() == 1, path
        assert visitor.page.evaluate(NAMELESS) == [], path


def test_moves_the_slider_by_arrow_keys(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.go("/")
    slider = visitor.page.locator("compare-slider").first
    slider.locator("input").focus()
    for _ in range(5):
        visitor.page.keyboard.press("ArrowRight")
    assert slider.evaluate("each => each.style.getPropertyValue('--split')") == "55%"


def test_moves_the_slider_by_dragging(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.go("/")
    slider = visitor.page.locator("compare-slider").first
    box = slider.bounding_box()
    assert box is not None
    visitor.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
    visitor.page.mouse.down()
    visitor.page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 100)
    visitor.page.mouse.up()
    split = slider.evaluate("each => parseFloat(each.style.getPropertyValue('--split'))")
    assert split == pytest.approx(25, abs=2)


def test_switches_to_dark_and_remembers_it(visit: Visit) -> None:
    visitor = visit(color_scheme="light")
    visitor.go("/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    day = visitor.page.evaluate(ground)
    visitor.page.get_by_role("button", name="Dark").click()
    night = visitor.page.evaluate(ground)
    visitor.go("/styles/")
    assert day != night
    assert visitor.page.evaluate(ground) == night


def test_shows_chinese_when_chosen(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/styles/")
    visitor.page.get_by_role("button", name="简体中文").click()
    expect(visitor.page.get_by_role("heading", name="风格")).to_be_visible()
    visitor.go("/studio/")
    expect(visitor.page.get_by_role("button", name="制作图片")).to_be_visible()


def test_filters_the_tiles_while_typing(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.page.get_by_label("Search the styles").fill("woodcut")
    expect(visitor.page.locator("#tiles-list > li[data-words]:visible")).to_have_count(1)
    visitor.page.get_by_label("Search the styles").fill("no such thing")
    expect(visitor.page.get_by_text("No styles found.")).to_be_visible()


def test_accepts_four_styles_and_no_fifth(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.choose(0, 1, 2, 3)
    expect(visitor.page.locator(".palette-item")).to_have_count(4)
    visitor.choose(4)
    expect(visitor.page.locator(".tile input:checked")).to_have_count(4)
    visitor.page.locator(".palette-out").first.click()
    expect(visitor.page.locator(".palette-item")).to_have_count(3)
    assert visitor.page.locator(".tile input:disabled").count() == 0


def test_changes_the_strength_by_brackets(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.page.locator("body").press("[")
    expect(visitor.page.locator("output[for=id_strength]")).to_have_text("70%")


def test_accepts_a_pasted_photo(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.page.evaluate(
        """async () => {
            const blob = await (await fetch('/static/demo/coffee-before.webp')).blob();
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([blob], 'a.webp', { type: 'image/webp' }));
            document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
        }"""
    )
    expect(visitor.page.locator("#stage-picture")).to_be_visible()


def test_keeps_the_photo_and_styles_on_return(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("returner")
    visitor.page.wait_for_url("**/studio/")
    with visitor.page.expect_response("**/api/v1/photos/") as sent:
        visitor.page.locator("#id_photo").set_input_files(photo_file())
    photo = sent.value.json()["id"]
    visitor.choose(2)
    expect(visitor.page.locator("#id_photo_id")).to_have_value(photo)
    visitor.go("/gallery/")
    visitor.go("/studio/")
    expect(visitor.page.locator("#id_photo_id")).to_have_value(photo)
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    expect(visitor.page.locator(".palette-item")).to_have_count(1)


def test_says_at_once_why_a_file_is_refused(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("clumsy")
    visitor.page.wait_for_url("**/studio/")
    text: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
    visitor.page.locator("#id_photo").set_input_files(text)
    expect(visitor.page.locator("#photo-errors")).to_contain_text("Choose a JPEG, PNG or WebP")
    expect(visitor.page.locator("#stage-empty")).to_be_visible()
    visitor.complaints.clear()  # the browser itself reports the refused request
    visitor.page.locator("#id_photo").set_input_files(photo_file())
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    expect(visitor.page.locator("#photo-errors")).to_be_empty()
