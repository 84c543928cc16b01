"""Several photos and styles in the studio: one press makes the batch that the button announces."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Visitor, photo_file

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def enter(visitor: Visitor, name: str) -> None:
    """Make an account, upload a photo and choose two styles for separate pictures."""
    visitor.sign_up(name)
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in()
    visitor.choose(0, 1)
    visitor.panel("mix")
    visitor.page.get_by_text("One picture per style").click()
    visitor.panel("settings")
    visitor.page.get_by_text("512 px", exact=True).click()


def test_makes_each_photo_in_each_style(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    enter(visitor, "several")
    word = visitor.page.locator("#make-word")
    expect(word).to_have_text("Create 2 pictures")
    expect(visitor.page.locator("#make-estimate")).to_contain_text(re.compile(r"about \d"))
    more = [photo_file((200, 150)), photo_file((150, 200))]
    visitor.page.locator("#id_more").set_input_files(more)
    expect(word).to_have_text("Create 6 pictures")
    expect(visitor.page.locator("#more-photos input[value*='-']")).to_have_count(2)
    visitor.page.screenshot(path=pictures / "1-studio.png")
    visitor.page.reload()
    expect(word).to_have_text("Create 6 pictures")
    visitor.page.locator("#more-photos button").last.click()
    expect(word).to_have_text("Create 4 pictures")

    visitor.page.locator("#make").click()

    visitor.page.wait_for_url("**/batches/*/")
    expect(visitor.page.locator("#batch [data-job]")).to_have_count(4)
    expect(visitor.page.locator("#batch-done")).to_have_text("4 of 4 done", timeout=PATIENCE_MS)
    visitor.page.screenshot(path=pictures / "2-batch.png")


def test_says_before_the_press_that_it_is_too_many(visit: Visit, pictures: Path) -> None:
    visitor = visit(viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    enter(visitor, "greedy")
    expect(visitor.page.locator("#make-estimate")).to_contain_text(re.compile(r"about \d"))
    word = visitor.page.locator("#make-word")
    more = [photo_file((200, 150)), photo_file((150, 200))]
    visitor.page.locator("#id_more").set_input_files(more)
    expect(word).to_have_text("Create 6 pictures")
    visitor.panel("mix")
    visitor.page.get_by_role("button", name="Select all").click()
    # Of 7 styles as many as fit, for 20 pictures in progress.
    expect(word).to_have_text("Create 18 pictures")
    make = visitor.page.locator("#make")
    expect(make).to_have_attribute("aria-disabled", "false")

    visitor.panel("styles")
    visitor.page.locator(".tile:has(input:not(:checked))").first.click()

    expect(make).to_have_attribute("aria-disabled", "true")
    expect(visitor.page.locator("#make-hint")).to_contain_text("You can create up to 20 pictures")
    make.click(force=True)
    assert "/studio/" in visitor.page.url
    visitor.page.screenshot(path=pictures / "phone.png")
    width = "document.documentElement.scrollWidth"
    assert visitor.page.evaluate(width) == PHONE["width"]


def test_mixes_at_most_four_styles(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "mixer")
    visitor.choose(2, 3, 4)
    expect(visitor.page.locator("#make-word")).to_have_text("Create 5 pictures")
    visitor.page.get_by_text("Combined in one picture").click()
    expect(visitor.page.locator("#make-hint")).to_contain_text("You can combine up to four styles")
    visitor.page.locator(".palette-out").first.click()
    expect(visitor.page.locator("#make-word")).to_have_text("Create")
    expect(visitor.page.locator("#make")).to_have_attribute("aria-disabled", "false")
    expect(visitor.page.locator(".palette-item input")).to_have_count(4)


def test_asks_for_nothing_that_the_server_would_refuse(visit: Visit) -> None:
    visitor = visit()
    enter(visitor, "careful")
    estimate = visitor.page.locator("#make-estimate")
    expect(estimate).to_contain_text(re.compile(r"about \d"))

    visitor.ask_for(steps=1_000_000)

    # The estimate is gone when the page has decided whether to ask; a refusal is a complaint.
    expect(estimate).to_have_text("")
    visitor.page.get_by_label("Steps", exact=True).fill("5")
    expect(estimate).to_contain_text(re.compile(r"about \d"))
