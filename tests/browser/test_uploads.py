"""Uploads that fail: what the studio says, which photos it keeps, and which it drops."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Route, expect

from tests.browser.conftest import Visitor, photo_file

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
    expect(visitor.page.locator("#photo-errors")).to_have_text(NO_ROOM)
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
