"""The operators' page in a real browser: it shows the worker and switches the queue."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DARK = {"viewport": PHONE, "color_scheme": "dark"}


@pytest.mark.parametrize(("name", "options"), [("olga", {}), ("oleg", DARK)], ids=["day", "night"])
def test_shows_and_switches_the_queue(
    visit: Callable[..., Visitor],
    site: EmbeddedSite,
    pictures: Path,
    name: str,
    options: dict[str, object],
) -> None:
    visitor = visit(**options)
    visitor.sign_up(name)
    visitor.page.wait_for_url("**/studio/")
    site.call("promote", name=name)

    visitor.go("/operators/queue/")

    expect(visitor.page.locator(".operators-workers > li")).to_contain_text("celery@")
    visitor.page.get_by_role("button", name="Pause the queue").click()
    expect(visitor.page.get_by_role("heading", name="The queue is paused")).to_be_visible()
    site.call("submit", name="waiter", steps=1)
    waiting = visitor.page.locator(".operators-figures dd").first
    expect(waiting).to_have_text(re.compile("1"), timeout=15_000)
    visitor.page.screenshot(path=pictures / "paused.png", full_page=True)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.page.get_by_role("button", name="Resume the queue").click()
    expect(waiting).to_have_text(re.compile("0"), timeout=30_000)
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": "zh-hans", "url": visitor.address}]
    )
    visitor.go("/operators/queue/")
    expect(visitor.page.get_by_role("heading", name="队列与工作进程")).to_be_visible()
    visitor.page.screenshot(path=pictures / "chinese.png", full_page=True)
