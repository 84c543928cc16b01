"""Without an account in a real browser: from a sample photo to a picture in My pictures."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor, photo_file
from tests.browser.test_fingers import FITS, MISSED
from tests.support.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]
DRAFTS = "import('/static/js/draft.js')"
DRAFT = f"{DRAFTS}.then((drafts) => drafts.readDraft()).then((draft) => draft ?? null)"
# What is stored, however old it is.
STORED = """() => new Promise((resolve) => {
  const opening = indexedDB.open("styleweb", 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("photos").objectStore("photos").get("draft");
    asked.onsuccess = () => resolve(asked.result ? true : null);
  };
})"""


def cookie_names(visitor: Visitor) -> set[str]:
    return {str(each.get("name")) for each in visitor.page.context.cookies()}


def wait_for_photo(visitor: Visitor) -> str:
    """Wait until the photo is on the server, and return its id."""
    number = visitor.page.locator("#id_photo_id")
    expect(number).not_to_have_value("", timeout=PATIENCE_MS)
    return number.input_value()


def make_small(visitor: Visitor, *, steps: int) -> None:
    """Choose the smallest size and few steps, and make the picture."""
    visitor.page.get_by_text("512 px").click()
    visitor.page.locator("summary", has_text="More").click()
    visitor.page.get_by_label("Detailed, step by step").check()
    visitor.page.get_by_label("Steps", exact=True).fill(str(steps))
    visitor.make()


def test_leads_from_a_sample_photo_to_my_pictures(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    visitor.go("/studio/")
    expect(visitor.page.locator("#trying")).to_contain_text("Without an account")
    assert "sessionid" not in cookie_names(visitor)
    visitor.page.locator("#samples button").first.click()
    wait_for_photo(visitor)
    assert "sessionid" in cookie_names(visitor)
    visitor.page.locator(".tile-proof").first.wait_for()
    visitor.page.screenshot(path=pictures / "1-previews.png")
    visitor.choose(0)
    make_small(visitor, steps=30)
    expect(visitor.page.locator("[data-part=connection]")).to_have_text("live")
    wait_until(lambda: visitor.page.locator(".job-preview").count(), "a preview")
    visitor.page.screenshot(path=pictures / "2-painting.png")
    visitor.wait_for_result()
    visitor.page.wait_for_timeout(1000)  # the page fades in
    visitor.page.screenshot(path=pictures / "3-result.png", full_page=True)
    job = visitor.page.url
    with visitor.page.expect_download() as download:
        visitor.page.locator("a[download]").first.click()
    picture = download.value.path().read_bytes()
    assert max(Image.open(io.BytesIO(picture)).size) == 512
    assert b"photoshop:Credit" in picture

    visitor.page.get_by_role("main").get_by_role("link", name="Sign up").click()
    expect(visitor.page.get_by_text("move into your account")).to_be_visible()
    visitor.sign_up("newcomer")
    visitor.page.wait_for_url(job)
    expect(visitor.page.get_by_role("button", name="Save to my pictures")).to_be_visible()
    visitor.go("/artworks/")
    number = job.rstrip("/").rsplit("/", 1)[-1]
    expect(visitor.page.locator(f"main a[href*='{number}']").first).to_be_visible()
    visitor.page.screenshot(path=pictures / "4-my-pictures.png")


def test_keeps_photo_and_styles_over_the_sign_up(visit: Visit) -> None:
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    visitor.go("/")
    visitor.page.locator("#door").set_input_files(photo_file())
    visitor.page.wait_for_url("**/studio/**")
    photo = wait_for_photo(visitor)
    visitor.choose(0)
    expect(visitor.page.locator(".palette-item")).to_have_count(1)
    assert visitor.page.evaluate(MISSED) == []
    assert visitor.page.evaluate(FITS)
    visitor.page.locator("#trying").get_by_role("link", name="Sign up").click()
    visitor.sign_up("settler")
    visitor.page.wait_for_url("**/studio/")
    expect(visitor.page.locator("#id_photo_id")).to_have_value(photo)
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    expect(visitor.page.locator(".palette-item")).to_have_count(1)
    expect(visitor.page.locator("#make")).to_have_attribute("aria-disabled", "false")


def test_offers_the_photo_again_when_its_day_is_over(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.put_in()
    first = wait_for_photo(visitor)
    visitor.choose(0)
    visitor.page.context.clear_cookies(name="sessionid")
    visitor.page.reload()
    again = visitor.page.get_by_role("button", name="Upload this photo")
    expect(again).to_be_visible()
    expect(visitor.page.locator("#stage-picture")).to_be_hidden()
    assert "sessionid" not in cookie_names(visitor)
    again.click()
    number = visitor.page.locator("#id_photo_id")
    expect(number).to_have_value(re.compile(f"^(?!{first})..*"), timeout=PATIENCE_MS)
    expect(visitor.page.locator(".palette-item")).to_have_count(1)
    # The browser itself reports the address of the photo that is not there any more.
    visitor.complaints.clear()


def test_forgets_the_photo_in_this_browser(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.put_in()
    wait_for_photo(visitor)
    # The next person at this computer has a tab of their own, and an hour later no session.
    visitor.page.evaluate("sessionStorage.clear()")
    visitor.page.context.clear_cookies(name="sessionid")
    visitor.go("/studio/")
    expect(visitor.page.get_by_role("button", name="Upload this photo")).to_be_visible()
    assert visitor.page.locator("#id_photo_id").input_value() == ""
    visitor.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=25))
    assert visitor.page.evaluate(DRAFT) is None
    assert visitor.page.evaluate(STORED) is None


def test_deletes_the_copy_in_this_browser_with_the_picture(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/studio/")
    visitor.put_in()
    wait_for_photo(visitor)
    visitor.choose(0)
    make_small(visitor, steps=2)
    visitor.wait_for_result()
    assert visitor.page.evaluate(STORED)
    visitor.page.locator("main summary", has_text=re.compile("^Delete$")).click()
    visitor.page.get_by_role("button", name="Delete permanently").click()
    expect(visitor.page.get_by_text("Your photos and pictures were deleted.")).to_be_visible()
    assert visitor.page.evaluate(STORED) is None
    visitor.go("/studio/")
    expect(visitor.page.locator("#studio.is-live")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Upload this photo")).to_have_count(0)
    expect(visitor.page.locator(".palette-item")).to_have_count(0)
