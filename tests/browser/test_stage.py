"""The stage of the studio follows each control: at once in the browser, and soon by a sketch."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import FilePayload, Page, Request, expect

from tests.browser.conftest import Visitor
from tests.support.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]
PICTURE = "document.querySelector('#stage-proof').toDataURL()"


def shown(page: Page) -> NDArray[np.int16]:
    """Return the pixels of the stage, after it has drawn what was asked for last."""
    page.locator("#stage-proof[aria-busy=false]").wait_for()
    data = base64.b64decode(page.evaluate(PICTURE).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.int16)


def wait_for_sketch(page: Page, other_than: str = "") -> str:
    """Wait until the stage shows a sketch, and not the one at this address; return its address."""
    page.wait_for_function(
        """(old) => {
          const { shows } = document.querySelector("#stage-proof").dataset;
          const isReady = document.querySelector("#stage-busy").hidden;
          return isReady && shows?.includes("/sketches/") && shows !== old;
        }""",
        arg=other_than,
    )
    return page.locator("#stage-proof").get_attribute("data-shows") or ""


def test_the_stage_follows_each_control(visit: Visit, pictures: Path) -> None:
    visitor = visit()
    visitor.sign_up("watcher")
    visitor.page.locator("#studio.is-live").wait_for()
    page = visitor.page
    asked: list[Request] = []
    page.on("request", lambda each: asked.append(each) if "/sketches/" in each.url else None)
    visitor.put_in()
    visitor.choose(0)
    first = wait_for_sketch(page)
    page.mouse.move(700, 300)

    # Strength and colors need no new sketch to be seen.
    own = shown(page)
    page.get_by_label("From photo").check(force=True)
    assert np.abs(shown(page) - own).mean() > 1
    assert page.locator("#stage-proof").get_attribute("data-shows") == first
    page.locator("body").press("[")
    expect(page.locator("output[for=id_strength]")).to_have_text("70%")
    page.locator("#id_strength").fill("0")
    photo = shown(page)
    for value in ("0.3", "0.4", "0.5", "0.6"):
        page.locator("#id_strength").fill(value)
    assert np.abs(shown(page) - photo).mean() > 1
    # Nobody waits for the values between.
    before = len([each for each in asked if each.method == "POST"])
    second = wait_for_sketch(page, first)
    assert len([each for each in asked if each.method == "POST"]) <= before + 1

    # Only the marked part is painted: here the left half.
    mask = Image.new("L", (64, 48))
    mask.paste(255, (0, 0, 32, 48))
    file: FilePayload = {"name": "m.png", "mimeType": "image/png", "buffer": picture_bytes(mask)}
    whole = shown(page)
    page.locator("#id_mask").set_input_files(file)
    half = shown(page)
    width = half.shape[1]
    assert np.abs(half - photo)[:, width * 3 // 4 :].mean() < 1
    assert np.abs(half - whole)[:, : width // 4].mean() < 2
    page.locator("#mask-clear").evaluate("each => each.click()")

    # Brush and mix come by a sketch, and one that is known comes at once.
    page.locator("#id_style_scale").fill("2")
    third = wait_for_sketch(page, second)
    visitor.choose(1)
    wait_for_sketch(page, third)
    page.screenshot(path=pictures / "mix.png")
    page.locator(".palette-out").last.click()
    expect(page.locator("#stage-proof")).to_have_attribute("data-shows", third)
    assert (
        page.evaluate(
            "fetch(document.querySelector('#stage-proof').dataset.shows)"
            ".then(({ status }) => status)"
        )
        == 200
    )


def test_keys_show_the_photo_and_create(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    # Without an account it is the same.
    visitor.go("/studio/")
    page.locator("#studio.is-live").wait_for()
    visitor.put_in()
    visitor.choose(2)
    wait_for_sketch(page)
    page.evaluate("document.activeElement.blur()")
    figure = page.locator("#stage-picture")
    page.keyboard.down(" ")
    expect(figure).to_have_class("stage-picture shows-photo")
    page.keyboard.up(" ")
    expect(figure).to_have_class("stage-picture")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Textbook recipe").evaluate("each => each.click()")
    expect(page.locator("#stage-note")).to_contain_text("This method has no quick preview")
    page.get_by_label("Fast").evaluate("each => each.click()")
    wait_for_sketch(page)
    page.locator("body").press("Enter")
    page.wait_for_url("**/jobs/*/")
