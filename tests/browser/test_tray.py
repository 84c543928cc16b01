"""The tray in a real browser: all of a user's jobs on every page, also on another device."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor
from tests.support.factories import PASSWORD
from tests.support.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]
# Minutes of work, so that the job still runs when the test looks.
LONG = 1500


def begin(visitor: Visitor, name: str, *, steps: int = LONG) -> None:
    """Make an account and create a picture."""
    visitor.sign_up(name)
    visitor.page.wait_for_url("**/studio/")
    visitor.have_made(steps=steps)


def tray(visitor: Visitor) -> Locator:
    return visitor.page.locator("#tray")


def rows(visitor: Visitor) -> Locator:
    return tray(visitor).locator("li")


def cancel_first(visitor: Visitor) -> None:
    """Cancel the first picture in the open tray."""
    rows(visitor).first.get_by_role("button", name="Cancel").click()


def open_tray(visitor: Visitor) -> None:
    expect(tray(visitor)).to_be_visible()
    tray(visitor).locator("summary").click()


def test_appears_on_every_page_and_after_a_reload(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    begin(visitor, "traveler")
    for path in ("/styles/", "/gallery/", "/account/", "/styles/"):
        visitor.go(path)
        expect(tray(visitor).locator(".tray-count")).to_have_text("1")
    visitor.page.reload()
    open_tray(visitor)
    expect(rows(visitor)).to_have_count(1)
    expect(rows(visitor).locator(".tray-state")).to_have_text(
        re.compile(r"Painting · \d+%"), timeout=PATIENCE_MS
    )
    expect(visitor.page).to_have_title(re.compile(r"^\d+% · .+ · Styleweb$"))
    expect(tray(visitor).locator(".connection")).to_have_text("live")
    wait_until(lambda: "previews" in source(visitor) or "/preview/" in source(visitor), "a preview")
    visitor.page.screenshot(path=pictures / "tray.png")

    rows(visitor).get_by_role("link").click()
    visitor.page.wait_for_url("**/jobs/*/")
    visitor.page.go_back()
    open_tray(visitor)
    cancel_first(visitor)
    expect(tray(visitor)).to_be_hidden()
    expect(visitor.page).not_to_have_title(re.compile("%"))


def source(visitor: Visitor) -> str:
    return rows(visitor).locator("img").first.get_attribute("src") or ""


def test_shows_on_another_device_and_cancels_from_there(visit: Visit, pictures: Path) -> None:
    desk = visit()
    begin(desk, "mover")
    phone = visit(viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    phone.go("/account/login/")
    phone.page.locator("#id_login").fill("mover")
    phone.page.locator("#id_password").fill(PASSWORD)
    phone.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    phone.page.wait_for_url("**/studio/")

    open_tray(phone)
    expect(rows(phone)).to_have_count(1)
    phone.page.screenshot(path=pictures / "phone.png")
    width = "document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) == PHONE["width"]
    box = tray(phone).locator(".sheet").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
    cancel_first(phone)

    expect(desk.page.get_by_role("heading", name="Canceled")).to_be_visible()
    desk.complaints.clear()  # a preview that was still loading is deleted


def test_keeps_a_finished_job_and_announces_it(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    begin(visitor, "listener", steps=40)
    visitor.go("/gallery/")
    open_tray(visitor)
    expect(visitor.page.locator("#tray-said")).to_have_text(
        re.compile(": Done$"), timeout=PATIENCE_MS
    )
    expect(rows(visitor).locator(".tray-state")).to_have_text("Done")
    expect(rows(visitor).get_by_role("button", name="Cancel")).to_be_hidden()
    visitor.page.screenshot(path=pictures / "done.png")
    visitor.page.reload()
    expect(tray(visitor).locator(".tray-word")).to_have_text("Done")


def test_polls_where_sockets_are_blocked(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    begin(visitor, "asker")
    visitor.go("/gallery/")
    open_tray(visitor)
    expect(tray(visitor).locator("[data-connection=polling]")).to_be_visible()
    expect(rows(visitor).locator(".tray-state")).to_have_text(
        re.compile("Painting"), timeout=PATIENCE_MS
    )
    cancel_first(visitor)
    expect(tray(visitor)).to_be_hidden()


def test_reconnects_when_a_socket_breaks(visit: Visit) -> None:
    visitor = visit()
    opened: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        opened.append(socket)

    visitor.page.route_web_socket("**/ws/**", connect)
    begin(visitor, "comeback")
    dot = visitor.page.locator("#job [data-part=connection]")
    expect(dot).to_have_attribute("data-connection", "live")
    before = len(opened)

    opened[-1].close(code=1012)

    expect(dot).to_have_attribute("data-connection", "reconnecting")
    expect(dot).to_have_attribute("data-connection", "live", timeout=PATIENCE_MS)
    assert len(opened) == before + 1
    visitor.page.get_by_role("button", name="Cancel", exact=True).last.click()
    expect(visitor.page.get_by_role("heading", name="Canceled")).to_be_visible()
    visitor.complaints.clear()  # a preview that was still loading is deleted


def test_drops_a_socket_that_opens_and_sends_nothing(visit: Visit) -> None:
    visitor = visit()
    opened: list[WebSocketRoute] = []

    def hold(socket: WebSocketRoute) -> None:
        opened.append(socket)
        if len(opened) > 1:
            socket.connect_to_server()

    visitor.sign_up("listless")
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.page.clock.install()
    visitor.page.route_web_socket("**/ws/**", hold)
    visitor.go("/gallery/")
    wait_until(lambda: opened, "the first socket")

    visitor.page.clock.fast_forward(60_000)

    dot = visitor.page.locator("#tray .connection")
    expect(dot).to_have_attribute("data-connection", "live", timeout=PATIENCE_MS)
    assert len(opened) == 2


def test_says_that_work_continues_while_the_user_is_offline(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    begin(visitor, "diver")
    line = visitor.page.locator("#job [data-part=connection]")
    expect(line).to_have_attribute("data-connection", "polling")

    visitor.page.context.set_offline(True)
    expect(line).to_have_text("You are offline. Your picture continues.")
    visitor.page.context.set_offline(False)

    expect(line).to_have_attribute("data-connection", "polling")
    visitor.complaints.clear()  # the browser logs each request that failed
    visitor.page.get_by_role("button", name="Cancel", exact=True).last.click()
    expect(visitor.page.get_by_role("heading", name="Canceled")).to_be_visible()
    visitor.complaints.clear()


def test_offers_a_notice_at_the_second_picture_and_asks_only_then(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        """
        window.asked = 0;
        window.notices = [];
        window.Notification = class extends EventTarget {
          static permission = "default";
          static async requestPermission() {
            window.asked += 1;
            window.Notification.permission = "granted";
          }
          constructor(title, options) {
            super();
            window.notices.push([title, options.body]);
          }
        };
        document.hasFocus = () => false;
        """
    )
    begin(visitor, "lingerer", steps=10)
    visitor.wait_for_result()
    offer = visitor.page.get_by_role("button", name="Notify me when it is done")
    expect(offer).to_be_hidden()

    visitor.go("/studio/")
    visitor.have_made(steps=100, style=1)
    open_tray(visitor)
    assert visitor.page.evaluate("window.asked") == 0
    offer.click()
    expect(offer).to_be_hidden()
    visitor.wait_for_result()

    assert visitor.page.evaluate("window.asked") == 1
    (notice,) = visitor.page.evaluate("window.notices")
    assert notice[1] == "Done"
