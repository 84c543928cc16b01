"""The proof sheet and the blend in a real browser, from the photo to a result in three styles."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor, photo_file
from tests.support.prepared import STYLES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def enter(visitor: Visitor, name: str) -> None:
    """Make an account and upload a photo in the studio."""
    visitor.sign_up(name)
    visitor.page.wait_for_url("**/studio/")
    visitor.put_in()


def wait_for_proofs(visitor: Visitor) -> int:
    """Wait until every tile shows the photo; return the number of tiles."""
    tiles = visitor.page.locator("label.tile").count()
    expect(visitor.page.locator("#proofs-said")).to_have_text(
        "Each preview shows your photo in that style.", timeout=PATIENCE_MS
    )
    expect(visitor.page.locator(".tile-proof")).to_have_count(tiles)
    return tiles


def shares(visitor: Visitor) -> list[float]:
    """Return the shares of the chosen styles that their sliders show."""
    sliders = visitor.page.locator(".palette-item input").all()
    return [float(slider.input_value()) for slider in sliders]


def drag(visitor: Visitor, pad: Locator, *stops: tuple[float, float]) -> None:
    """Press on the triangle at the first stop and drag to the others, in shares of its sides."""
    box = pad.bounding_box()
    assert box is not None
    mouse = visitor.page.mouse
    for number, (x, y) in enumerate(stops):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
        if number == 0:
            mouse.down()
    mouse.up()


def test_leads_from_the_photo_to_a_blend_of_three(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    enter(visitor, "blender")
    assert wait_for_proofs(visitor) == len(STYLES)
    visitor.page.screenshot(path=pictures / "1-sheet.png")

    for number in (0, 2, 5):
        visitor.page.locator("label.tile").nth(number).click()
    assert shares(visitor) == pytest.approx([1 / 3] * 3, abs=0.01)
    pad = visitor.page.locator("#mix-pad")
    drag(visitor, pad, (0.5, 0.6), (0.5, 0.2))
    first, second, third = shares(visitor)
    assert first > 0.8
    assert sum((first, second, third)) == pytest.approx(1, abs=0.02)
    slider = visitor.page.locator(".palette-item input").nth(1)
    slider.press("PageUp")
    assert shares(visitor)[1] > second
    assert shares(visitor)[0] < first
    visitor.page.screenshot(path=pictures / "2-blend.png")

    visitor.make()
    visitor.wait_for_result()
    visitor.page.wait_for_timeout(1000)  # the page fades in
    visitor.page.screenshot(path=pictures / "3-result.png")
    expect(visitor.page.locator(".parts li")).to_have_count(3)


def test_paints_step_by_step_where_the_artworks_exist(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "patient")
    visitor.choose(0, 1)
    visitor.make()
    visitor.wait_for_result()
    quick = visitor.page.url
    visitor.page.get_by_role("button", name="Create a detailed version").click()
    visitor.page.wait_for_url(lambda url: "/jobs/" in url and url != quick)
    expect(visitor.page.locator(".parts li")).to_have_count(2)
    visitor.page.get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_role("heading", name="Canceled")).to_be_visible()
    visitor.complaints.clear()  # a preview that was still loading is deleted


def test_fills_by_polling_where_sockets_are_blocked(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    enter(visitor, "pollster")
    wait_for_proofs(visitor)


def test_shows_the_style_under_the_pointer_on_the_stage(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "pointer")
    wait_for_proofs(visitor)
    proof = visitor.page.locator("#stage-proof")
    visitor.page.locator("label.tile").nth(1).hover()
    expect(proof).to_have_class("stage-proof is-shown")
    address = visitor.page.locator(".tile-proof").nth(1).get_attribute("src")
    expect(proof).to_have_attribute("data-shows", address or "")
    visitor.page.mouse.move(700, 300)
    expect(proof).to_have_class("stage-proof")

    visitor.page.get_by_role("button", name="Artworks").click()
    expect(visitor.page.locator(".tile-proof").first).to_be_hidden()
    visitor.page.get_by_role("button", name="My photo", exact=True).click()
    expect(visitor.page.locator(".tile-proof").first).to_be_visible()


def test_tries_the_styles_again_on_another_photo(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "changer")
    wait_for_proofs(visitor)
    first = visitor.page.locator(".tile-proof").first.get_attribute("src")
    with visitor.page.expect_response("**/api/v1/proofs/") as asked:
        visitor.page.locator("#id_photo").set_input_files(photo_file((240, 320)))
    assert asked.value.status == 202
    wait_for_proofs(visitor)
    assert visitor.page.locator(".tile-proof").first.get_attribute("src") != first

    with visitor.page.expect_response("**/api/v1/proofs/") as again:
        visitor.page.reload()
    assert again.value.status == 200
    wait_for_proofs(visitor)


def test_disables_styles_that_a_method_cannot_use(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    code = visitor.page.locator(".tile input").first
    # Every shipped style can be used by every method. One here may not be.
    code.evaluate("each => { each.dataset.methods = 'fast'; }")
    visitor.page.locator("summary", has_text="More").click()
    visitor.page.get_by_label("Detailed, step by step").check()
    expect(code).to_be_disabled()
    expect(visitor.page.get_by_label("Steps", exact=True)).to_be_visible()
    visitor.page.get_by_label("Fast").check()
    expect(code).to_be_enabled()
    expect(visitor.page.get_by_label("Steps", exact=True)).to_be_hidden()


def test_fits_a_phone(visit: Visit, pictures: Path) -> None:
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    enter(visitor, "walker")
    wait_for_proofs(visitor)
    visitor.page.locator("label.tile").first.tap()
    expect(visitor.page.locator("#stage-proof")).to_have_class("stage-proof is-shown")
    visitor.page.screenshot(path=pictures / "1-tried.png")
    for number in (1, 2):
        visitor.page.locator("label.tile").nth(number).tap()
    visitor.panel("mix")
    pad = visitor.page.locator("#mix-pad")
    pad.evaluate("each => each.scrollIntoView({ block: 'center' })")
    visitor.page.screenshot(path=pictures / "2-triangle.png")
    drag(visitor, pad, (0.5, 0.6), (0.15, 0.75))
    assert shares(visitor)[1] > 0.5
    width = "document.documentElement.scrollWidth"
    assert visitor.page.evaluate(width) == PHONE["width"]
