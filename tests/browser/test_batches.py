"""The page of a batch in a real browser: one progress bar for all, updated by the socket alone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Request, expect

from tests.browser.asking import STYLES, enter, log_in, long_batch, submit
from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def whole(visitor: Visitor) -> Locator:
    return visitor.page.locator("#batch-done")


def share(visitor: Visitor) -> float:
    return float(visitor.page.locator("#batch-bar").evaluate("bar => bar.value"))


def states(visitor: Visitor) -> Locator:
    return visitor.page.locator("#batch .job-state")


def test_updates_by_the_socket_alone(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    photo = enter(visitor, "gatherer")
    visitor.go(submit(visitor, photo, *STYLES, method="optimize", steps=30))
    expect(visitor.page.locator("#tray .connection")).to_have_text("live")
    visitor.page.wait_for_load_state("networkidle")
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    visitor.page.on("request", note)
    painting = states(visitor).filter(has_text=re.compile(r"Painting · \d+%"))
    expect(painting).to_have_count(1, timeout=PATIENCE_MS)
    visitor.page.screenshot(path=pictures / "1-goes.png")
    expect(whole(visitor)).to_have_text("3 of 3 done", timeout=PATIENCE_MS)

    assert share(visitor) == 1
    expect(states(visitor)).to_have_text(["Done"] * 3)
    expect(visitor.page.locator("#batch .picture-list img[src*='/preview/']")).to_have_count(3)
    expect(visitor.page.get_by_role("button", name="Cancel remaining")).to_have_count(0)
    assert [url for url in asked if "/preview/" not in url] == []
    visitor.page.screenshot(path=pictures / "2-done.png")


def test_is_the_same_after_a_reload_and_on_another_device(visit: Visit, pictures: Path) -> None:
    desk = visit()
    photo = enter(desk, "traveller")
    address = submit(desk, photo, STYLES[0], method="optimize", steps=20)
    desk.go(address)
    expect(whole(desk)).to_have_text("1 of 1 done", timeout=PATIENCE_MS)
    desk.page.reload()
    expect(whole(desk)).to_have_text("1 of 1 done")
    address = long_batch(desk, photo)
    desk.go(address)
    expect(states(desk).first).to_have_text(re.compile("Painting"), timeout=PATIENCE_MS)

    phone = visit(viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    log_in(phone, "traveller")
    phone.go(address)
    expect(states(phone).first).to_have_text(re.compile("Painting"))
    expect(phone.page.locator("#tray .connection")).to_have_text("live")
    phone.page.screenshot(path=pictures / "phone.png")
    width = "document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) == PHONE["width"]
    phone.page.get_by_role("button", name="Cancel remaining").click()

    for visitor in (desk, phone):
        expect(whole(visitor)).to_have_text("3 of 3 done")
        expect(states(visitor)).to_have_text(["Canceled"] * 3)
        visitor.complaints.clear()  # a preview that was still loading is deleted


def test_catches_up_after_the_socket_was_closed(visit: Visit) -> None:
    visitor = visit()
    opened: list[Any] = []

    def connect(socket: Any) -> None:
        socket.connect_to_server()
        opened.append(socket)

    visitor.page.route_web_socket("**/ws/**", connect)
    photo = enter(visitor, "sleeper")
    address = long_batch(visitor, photo)
    visitor.go(address)
    expect(whole(visitor)).to_have_text("0 of 3 done")
    expect(visitor.page.locator("#tray .connection")).to_have_text("live")
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    visitor.page.route("**/api/v1/events/**", lambda route: route.abort())
    opened[-1].close(code=1012)
    expect(visitor.page.locator("#tray [data-connection=offline]")).to_be_attached()
    helper = visit()
    log_in(helper, "sleeper")
    helper.go(address)
    helper.page.get_by_role("button", name="Cancel remaining").click()
    expect(whole(helper)).to_have_text("3 of 3 done")

    visitor.page.route_web_socket("**/ws/**", connect)

    expect(whole(visitor)).to_have_text("3 of 3 done", timeout=PATIENCE_MS)
    for each in (visitor, helper):
        each.complaints.clear()


def test_polls_where_sockets_are_blocked(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    photo = enter(visitor, "inquirer")
    visitor.go(submit(visitor, photo, *STYLES[:2]))
    expect(visitor.page.locator("#tray [data-connection=polling]")).to_be_attached()
    expect(whole(visitor)).to_have_text("2 of 2 done", timeout=PATIENCE_MS)
    assert share(visitor) == 1


def test_drops_a_picture_that_was_deleted_elsewhere(visit: Visit) -> None:
    visitor = visit()
    photo = enter(visitor, "clearer")
    address = submit(visitor, photo, *STYLES[:2])
    visitor.go(address)
    expect(whole(visitor)).to_have_text("2 of 2 done", timeout=PATIENCE_MS)
    job = visitor.page.locator("#batch [data-job]").first.get_attribute("data-job")
    token = visitor.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    headers = {"X-CSRFToken": token, "Referer": visitor.address}

    visitor.page.request.delete(f"{visitor.address}/api/v1/jobs/{job}/", headers=headers)

    expect(whole(visitor)).to_have_text("1 of 1 done")
    expect(states(visitor)).to_have_count(1)
