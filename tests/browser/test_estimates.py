"""The button says when the picture will be done; the job's page says how much time is left."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def enter(visitor: Visitor, name: str) -> None:
    """Make an account and upload a photo in the studio."""
    visitor.sign_up(name)
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in((160, 120))


@pytest.mark.parametrize(
    ("name", "options"),
    [("sooner", {}), ("later", {"viewport": PHONE, "color_scheme": "dark"})],
    ids=["desktop", "phone"],
)
def test_says_on_the_button_when_it_will_be_done(
    visit: Visit, pictures: Path, name: str, options: dict[str, object]
) -> None:
    visitor = visit(**options)
    enter(visitor, name)
    estimate = visitor.page.locator("#make-estimate")
    expect(estimate).to_be_empty()

    visitor.choose(0)

    expect(estimate).to_contain_text(re.compile(r"about \d"))
    visitor.panel("settings")
    visitor.page.locator('input[name="size"][value="1280"]').check(force=True)
    expect(visitor.page.locator("#make-warnings")).to_contain_text("1280 × 960")
    visitor.page.screenshot(path=pictures / "studio.png")
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": "zh-hans", "url": visitor.address}]
    )
    visitor.go("/studio/")
    expect(estimate).to_contain_text(re.compile(r"约 \d"))
    visitor.page.screenshot(path=pictures / "studio-chinese.png")


def test_shows_the_time_left_while_it_waits_and_runs(visit: Visit, pictures: Path) -> None:
    first = visit()
    enter(first, "front")
    first.choose(0)
    first.ask_for(steps=200)
    first.make()
    second = visit()
    enter(second, "behind")
    second.choose(1)
    expect(second.page.locator("#make-estimate")).to_have_text(re.compile(r"about .*\d"))

    second.make()

    for visitor, name in ((second, "waits"), (first, "runs")):
        expect(visitor.page.locator('[data-part="left"]')).to_have_text(re.compile(r"\d"))
        visitor.page.screenshot(path=pictures / f"{name}.png")
    first.page.get_by_role("main").get_by_role("button", name="Cancel").click()
    second.wait_for_result()
