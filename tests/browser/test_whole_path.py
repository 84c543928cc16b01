"""The whole path in a real browser: a photo is uploaded, painted live, kept and published."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.support.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def previews_seen(visitor: Visitor) -> int:
    return visitor.page.locator(".job-preview").count()


def percent(visitor: Visitor) -> int:
    return int(visitor.page.locator("[data-part=percent]").inner_text().strip(" %"))


def test_leads_from_sign_up_to_the_public_gallery(visit: Visit, pictures: Path) -> None:
    painter = visit()
    painter.go("/")
    painter.page.screenshot(path=pictures / "1-home.png", full_page=True)
    painter.sign_up("painter")
    painter.page.wait_for_url("**/studio/")
    painter.put_in()
    painter.choose(0, 1)
    expect(painter.page.locator(".palette-item")).to_have_count(2)
    painter.page.locator(".palette-item input").first.fill("0.4")
    expect(painter.page.locator("#outcome")).to_contain_text("The picture is yours")
    painter.ask_for(steps=120)
    painter.page.screenshot(path=pictures / "2-studio.png")
    painter.make()

    wait_until(lambda: previews_seen(painter), "the first preview")
    painter.page.screenshot(path=pictures / "3-first-preview.png")
    expect(painter.page.locator("[data-part=connection]")).to_have_text("live")
    assert "%" in painter.page.title()
    before = percent(painter)
    painter.page.reload()
    wait_until(lambda: previews_seen(painter), "a preview after the reload")
    assert percent(painter) >= before
    painter.page.screenshot(path=pictures / "4-after-reload.png")
    painter.wait_for_result()
    painter.page.wait_for_timeout(1000)  # the page fades in
    painter.page.screenshot(path=pictures / "5-result.png")

    painter.page.get_by_label("Title").fill("Two manners of one morning")
    painter.page.get_by_role("button", name="Save to my pictures").click()
    painter.page.wait_for_url("**/artworks/*/")
    artwork = painter.page.url
    nobody = visit()
    answer = nobody.page.request.get(artwork)
    assert answer.status == 404

    painter.page.locator("summary", has_text="Publish in the gallery").click()
    painter.page.get_by_label("CC BY 4.0").check()
    painter.page.get_by_label("Description for people").fill("Soft shapes in many colors")
    painter.page.get_by_role("button", name="Publish").click()
    expect(painter.page.get_by_text("Published.", exact=True)).to_be_visible()

    nobody.go("/gallery/")
    nobody.page.screenshot(path=pictures / "6-gallery.png")
    nobody.page.get_by_role("link", name="Two manners of one morning").first.click()
    expect(nobody.page.get_by_alt_text("Soft shapes in many colors")).to_be_visible()
    expect(nobody.page.get_by_role("link", name="Use this style")).to_be_visible()
    nobody.page.screenshot(path=pictures / "7-stranger.png")


def test_finishes_by_polling_where_sockets_are_blocked(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    visitor.sign_up("poller")
    visitor.page.wait_for_url("**/studio/")
    visitor.put_in()
    visitor.choose(0)
    visitor.ask_for(steps=40)
    visitor.make()
    expect(visitor.page.locator("#job [data-connection=polling]")).to_be_visible()
    visitor.wait_for_result()


def test_stops_and_keeps_what_is_painted(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("stopper")
    visitor.page.wait_for_url("**/studio/")
    visitor.put_in()
    visitor.choose(1)
    visitor.ask_for(steps=1500)
    visitor.make()
    visitor.page.get_by_role("button", name="Stop and keep").click()
    visitor.wait_for_result()
    expect(visitor.page.get_by_text("Stopped early.")).to_be_visible()


def test_cancels(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("canceler")
    visitor.page.wait_for_url("**/studio/")
    visitor.put_in()
    visitor.choose(1)
    visitor.ask_for(steps=1500)
    visitor.make()
    visitor.page.get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_role("heading", name="Canceled")).to_be_visible()


def test_works_as_a_plain_form_without_javascript(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.sign_up("plain")
    visitor.page.wait_for_url("**/studio/")
    visitor.put_in()
    visitor.page.locator(".tile input").first.check(force=True)
    visitor.page.get_by_role("button", name="Create", exact=True).click()
    visitor.page.wait_for_url("**/jobs/*/")
    expect(visitor.page.get_by_role("button", name="Cancel")).to_be_visible()
    visitor.page.get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_role("heading", name="Canceled")).to_be_visible()
