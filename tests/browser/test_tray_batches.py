"""A batch in the tray, in a real browser: one entry, one progress ring, one announcement."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.asking import STYLES, enter, log_in, long_batch, submit, submit_all
from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor, photo_file
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]

WOODCUT, MOSAIC = (
    "The Wave Looks Back at the Mountain",
    "The Fish That Mistook the Sun for Bread",
)
# Records the tab's titles, the texts for screen readers, and the browser's notifications.
RECORD = """
window.titles = [];
window.voiced = [];
window.notices = [];
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title, options) {
    super();
    window.notices.push([title, options.body]);
  }
};
document.hasFocus = () => false;
document.addEventListener("DOMContentLoaded", () => {
  const record = (list, node, read) =>
    new MutationObserver(() => list.push(read())).observe(node, { childList: true });
  record(window.titles, document.querySelector("title"), () => document.title);
  const said = document.querySelector("#tray-said");
  if (said) record(window.voiced, said, () => said.textContent);
});
"""


def tray(visitor: Visitor) -> Locator:
    return visitor.page.locator("#tray")


def rows(visitor: Visitor) -> Locator:
    return tray(visitor).locator("li")


def open_tray(visitor: Visitor) -> None:
    expect(tray(visitor)).to_be_visible()
    tray(visitor).locator("summary").click()


def state_of(row: Locator) -> Locator:
    return row.locator(".tray-state")


def shares(visitor: Visitor) -> list[int]:
    """Return the percentages that the tab's title showed, in order."""
    found = (re.match(r"(\d+)% · ", title) for title in visitor.page.evaluate("window.titles"))
    return [int(match[1]) for match in found if match]


def put_in_another(visitor: Visitor) -> str:
    """Upload one more photo; return its id."""
    before = visitor.page.locator("#id_photo_id").input_value()
    visitor.page.locator("#id_photo").set_input_files(photo_file((200, 150)))
    expect(visitor.page.locator("#id_photo_id")).not_to_have_value(re.compile(f"^({before})?$"))
    return visitor.page.locator("#id_photo_id").input_value()


def look_at(visitor: Visitor, pictures: Path, name: str) -> None:
    """Take screenshots of the open tray in light and in dark."""
    for light in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=light)
        visitor.page.screenshot(path=pictures / f"{name}-{light}.png")


def test_is_one_entry_that_leads_to_its_page(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    photo = enter(visitor, "curator")
    address = long_batch(visitor, photo)
    submit(visitor, photo, STYLES[1], method="optimize", steps=1500)
    visitor.go("/gallery/")
    expect(tray(visitor).locator(".tray-count")).to_have_text("4")
    open_tray(visitor)
    expect(rows(visitor).locator(".tray-title")).to_have_text(
        [MOSAIC, f"3 pictures · {WOODCUT} + 2 more"]
    )
    batch = rows(visitor).last
    expect(state_of(batch)).to_have_text("0 of 3 done", timeout=PATIENCE_MS)
    expect(batch.locator("img[src*='/preview/']")).to_be_attached(timeout=PATIENCE_MS)
    look_at(visitor, pictures, "desk")

    visitor.page.reload()

    open_tray(visitor)
    expect(rows(visitor)).to_have_count(2)
    expect(state_of(batch)).to_have_text("0 of 3 done")
    expect(tray(visitor).locator(".tray-count")).to_have_text("4")
    batch.get_by_role("link").click()
    visitor.page.wait_for_url(f"**{address}")
    phone = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(phone, "curator")
    open_tray(phone)
    expect(rows(phone)).to_have_count(2)
    look_at(phone, pictures, "phone")
    width = "document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) == PHONE["width"]

    rows(phone).last.get_by_role("button", name="Cancel remaining").click()

    for each in (visitor, phone):
        expect(rows(each)).to_have_count(1)
        expect(tray(each).locator(".tray-count")).to_have_text("1")
    expect(visitor.page.locator("#batch-done")).to_have_text("3 of 3 done")
    rows(phone).get_by_role("button", name="Cancel").click()
    expect(tray(visitor)).to_be_hidden()
    for each in (visitor, phone):
        each.complaints.clear()  # a preview that was still loading is deleted


def test_never_goes_back_and_announces_each_tenth_once(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    visitor.page.add_init_script(RECORD)
    photo = enter(visitor, "forward")
    visitor.go("/gallery/")
    expect(tray(visitor).locator("[data-connection=live]")).to_be_attached()
    submit(visitor, photo, *STYLES, method="optimize", steps=40)
    open_tray(visitor)
    expect(state_of(rows(visitor))).to_have_text("3 done", timeout=PATIENCE_MS)

    seen = shares(visitor)
    assert seen == sorted(seen)
    assert max(seen) > 67
    expect(visitor.page).to_have_title(re.compile("^[^%]+$"))
    voiced = visitor.page.evaluate("window.voiced")
    title = f"3 pictures · {WOODCUT} + 2 more"
    assert len(voiced) <= 11
    assert all(each.startswith(f"{title}: ") for each in voiced)
    assert voiced[-1] == f"{title}: 3 done"
    assert visitor.page.evaluate("window.notices") == [[title, "3 done"]]
    look_at(visitor, pictures, "done")

    visitor.page.reload()

    open_tray(visitor)
    expect(state_of(rows(visitor))).to_have_text("3 done")
    expect(tray(visitor).locator(".tray-count")).to_be_empty()
    assert visitor.page.evaluate("[...window.voiced, ...window.notices]") == []


def test_counts_the_jobs_done_since_the_tray_was_empty(visit: Visit) -> None:
    visitor = visit()
    photo = enter(visitor, "fairly")
    submit(visitor, photo, *STYLES, method="optimize", steps=4)
    submit(visitor, photo, STYLES[1], method="optimize", steps=1500)
    visitor.go("/gallery/")
    expect(tray(visitor).locator(".tray-count")).to_have_text("1", timeout=PATIENCE_MS)

    fair = re.compile(r"^(7[5-9]|8\d)% · ")
    expect(visitor.page).to_have_title(fair)
    visitor.page.reload()
    expect(visitor.page).to_have_title(fair)
    open_tray(visitor)
    rows(visitor).first.get_by_role("button", name="Cancel").click()
    expect(visitor.page).to_have_title(re.compile("^[^%]+$"))
    visitor.complaints.clear()


def test_says_what_failed_and_hides_after_ten_minutes(visit: Visit, site: EmbeddedSite) -> None:
    visitor = visit()
    photos = [enter(visitor, "unlucky"), put_in_another(visitor)]
    site.call("lose_photo", photo=photos[1])
    submit_all(visitor, photos, STYLES[0], method="optimize", steps=4)
    visitor.go("/styles/")
    open_tray(visitor)
    title = rows(visitor).locator(".tray-title")
    expect(title).to_have_text(f"2 pictures · {WOODCUT}")
    expect(state_of(rows(visitor))).to_have_text("1 done, 1 failed", timeout=PATIENCE_MS)
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": "zh-hans", "url": visitor.address}]
    )
    visitor.page.clock.install()
    visitor.page.reload()
    open_tray(visitor)
    expect(title).to_have_text(f"2 张图片 · {WOODCUT}")
    expect(state_of(rows(visitor))).to_have_text("1 张完成\uff0c1 张失败")

    visitor.page.clock.fast_forward("10:31")

    expect(tray(visitor)).to_be_hidden()
    visitor.complaints.clear()  # about the photo whose file was removed
