"""Uploads that fail: what the studio says, which photos it keeps, and which it drops."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Route, expect

from tests.browser.conftest import Visitor, photo_file
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
UPLOAD = "**/api/v1/photos/"
TEXT: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
NO_ROOM = "There is no room left for photos."
LOST = "The upload failed. Check your connection and try again."


def enter(visitor: Visitor, name: str) -> None:
    """Make an account and wait for the studio."""
    visitor.sign_up(name)
    visitor.page.locator("#studio.is-live").wait_for()


def answer_no_room(route: Route) -> None:
    route.fulfill(status=507, json={"code": "storage_full", "detail": NO_ROOM})


def test_keeps_a_photo_that_can_be_sent_later(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "hopeful")
    visitor.page.route(UPLOAD, answer_no_room)
    visitor.page.locator("#id_photo").set_input_files(photo_file())
    expect(visitor.page.locator("#photo-errors")).to_contain_text(NO_ROOM)
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    expect(visitor.page.locator("#stage-progress")).to_be_hidden()
    visitor.page.unroute(UPLOAD)
    visitor.complaints.clear()  # the browser itself reports the refused request

    with visitor.page.expect_response(UPLOAD) as sent:
        visitor.page.locator("#id_photo").set_input_files(photo_file())

    expect(visitor.page.locator("#id_photo_id")).to_have_value(sent.value.json()["id"])
    expect(visitor.page.locator("#photo-errors")).to_be_empty()


def test_sends_a_photo_again_to_a_busy_server(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "unhurried")
    busy = [True]

    def answer(route: Route) -> None:
        if busy and busy.pop():
            route.fulfill(status=503, headers={"Retry-After": "0"}, json={"code": "busy"})
        else:
            route.continue_()

    visitor.page.route(UPLOAD, answer)
    visitor.page.locator("#id_photo").set_input_files(photo_file())
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    expect(visitor.page.locator("#photo-errors")).to_be_empty()
    assert not busy
    visitor.complaints.clear()  # the browser itself reports the refused request


def test_says_that_the_connection_is_lost(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "offline")
    visitor.page.route(UPLOAD, lambda route: route.abort())
    visitor.page.locator("#id_photo").set_input_files(photo_file())
    expect(visitor.page.locator("#photo-errors")).to_contain_text(LOST)
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    visitor.complaints.clear()


def test_drops_another_photo_that_is_refused(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "several-refused")
    visitor.put_in()
    visitor.page.locator("#id_more").set_input_files([TEXT, photo_file((200, 150))])
    expect(visitor.page.locator("#photo-errors")).to_contain_text("Choose a JPEG, PNG or WebP")
    expect(visitor.page.locator("#more-photos input[value*='-']")).to_have_count(1)
    expect(visitor.page.locator("#more-photos li")).to_have_count(1)
    visitor.complaints.clear()


def test_accepts_a_photo_once(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "twice")
    visitor.put_in()
    further = photo_file((200, 150))
    visitor.page.locator("#id_more").set_input_files([further, further])
    expect(visitor.page.locator("#more-photos input[value*='-']")).to_have_count(1)
    expect(visitor.page.locator("#more-photos li")).to_have_count(1)
    expect(visitor.page.locator("#photo-errors")).to_be_empty()


def test_tells_the_limit_before_a_large_file_is_sent(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "spacious")
    sent: list[str] = []
    visitor.page.on(
        "request", lambda each: sent.append(each.url) if each.method == "POST" else None
    )
    large = photo_file((200, 150))
    # What follows the end of a picture does not disturb a browser.
    large["buffer"] += bytes(43 * 2**20 - len(large["buffer"]))
    visitor.page.locator("#id_photo").set_input_files(large)
    errors = visitor.page.locator("#photo-errors")
    expect(errors).to_contain_text("This file is 43 MB. The limit is 25 MB.")
    assert sent == []
    visitor.page.get_by_role("button", name="Upload a smaller copy").click()
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    expect(errors).to_be_empty()


def test_refuses_another_kind_of_file_at_once_and_keeps_the_photo(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "kindly")
    visitor.put_in()
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    before = visitor.page.locator("#id_photo_id").input_value()
    other: FilePayload = {"name": "a.heic", "mimeType": "image/heic", "buffer": b"heic"}
    visitor.page.locator("#id_photo").set_input_files(other)
    expect(visitor.page.locator("#photo-errors")).to_contain_text("Choose a JPEG, PNG or WebP")
    expect(visitor.page.locator("#stage-picture")).to_be_visible()
    assert visitor.page.locator("#id_photo_id").input_value() == before


def test_keeps_the_photo_in_hand_and_sends_it_again(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "steadfast")
    visitor.page.route(UPLOAD, lambda route: route.abort())
    visitor.put_in()
    expect(visitor.page.locator("#photo-errors")).to_contain_text(LOST)
    visitor.page.unroute(UPLOAD)
    visitor.page.locator("#photo-errors").get_by_role("button", name="Try again").click()
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    expect(visitor.page.locator("#photo-errors")).to_be_empty()
    visitor.complaints.clear()


def test_goes_on_after_the_cookies_have_changed(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "freshened")
    cookies = visitor.page.context
    replaced = {"name": "csrftoken", "value": "a" * 32, "url": visitor.address}
    cookies.add_cookies([replaced])  # type: ignore[list-item]
    visitor.put_in()
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    visitor.choose(0)
    cookies.clear_cookies(name="csrftoken")
    visitor.page.get_by_text("512 px").click()
    visitor.make()


def test_a_second_tab_goes_on_to_where_it_wanted(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "twofold")
    visitor.page.get_by_text("twofold").first.click()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url(f"{visitor.address}/")
    other = Visitor(visitor.page.context.new_page(), visitor.address)
    for tab, path in ((visitor, "/jobs/"), (other, "/photos/")):
        tab.go(path)
        tab.page.wait_for_url("**/account/login/**")
    for tab, path in ((visitor, "/jobs/"), (other, "/photos/")):
        tab.page.locator("#id_login").fill("twofold")
        tab.page.locator("#id_password").fill(PASSWORD)
        tab.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        tab.page.wait_for_url(f"**{path}")
    assert other.complaints == []


def test_sends_many_photos_at_the_pace_of_the_limit(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "plentiful")
    visitor.put_in()
    expect(visitor.page.locator("#id_photo_id")).to_have_value(re.compile("-"))
    visitor.page.locator("#studio").evaluate("each => { each.dataset.uploadLimit = '3'; }")
    answers = ["go", "throttled", "fail", "go", "go"]

    def answer(route: Route) -> None:
        match answers.pop(0) if answers else "go":
            case "throttled":
                headers = {"Retry-After": "2"}
                route.fulfill(status=429, headers=headers, json={"code": "throttled"})
            case "fail":
                route.abort()
            case _:
                route.continue_()

    visitor.page.route(UPLOAD, answer)
    photos = [photo_file((100 + number, 90)) for number in range(4)]
    visitor.page.locator("#id_more").set_input_files(photos)
    status = visitor.page.locator("#more-status")
    expect(status).to_contain_text("of 4 photos uploaded")
    expect(status).to_contain_text("You can upload 3 photos in 30 minutes.")
    expect(status).to_contain_text("The limit is reached. The next photo is uploaded at")
    expect(status).to_contain_text("Photos that could not be uploaded: 1.")
    expect(visitor.page.locator("#more-photos li")).to_have_count(4)
    visitor.page.locator("#more-again").click()
    expect(visitor.page.locator("#more-photos input[value*='-']")).to_have_count(4)
    expect(status).to_be_empty()
    visitor.complaints.clear()
