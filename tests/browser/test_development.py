"""Strength and colors of a finished picture: the browser computes what the engine computes."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from style_transfer.core.development import Development
from style_transfer.core.spec import Color
from style_transfer.pipeline.development import develop
from tests.browser.conftest import PHONE, Visitor
from tests.support.factories import make_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]
Bytes = NDArray[np.uint8]
STRENGTHS = (0, 0.01, 0.2, 0.49, 0.5, 0.51, 0.73, 0.99, 1)
SIZE = (48, 32)
# It stretches, turns and leaves the range of colors.
COLOR_MAP = {
    "matrix": [1.6, 0.3, -0.2, 0.3, 0.8, 0.4, -0.2, 0.4, 2.1],
    "offset": [-0.31, 0.05, -0.42],
}
MODULE = Path("static/js/development.js")
DEVELOP = """([painting, photo, color, map, strengths, mask]) => {
  const bytes = (text) => Uint8ClampedArray.from(atob(text), (each) => each.charCodeAt(0));
  const [own, beside] = [bytes(painting), bytes(photo)];
  const floats = window.development.recolored(own, beside, color, map);
  return strengths.map((strength) => {
    const into = new Uint8ClampedArray(own);
    window.development.mix(into, beside, floats, strength, mask && bytes(mask));
    return btoa(String.fromCharCode(...into));
  });
}"""


def noise(seed: int) -> Image.Image:
    """Return a picture of random colors, many of them black, white or pure."""
    drawn = np.random.default_rng(seed).integers(-120, 376, (SIZE[1], SIZE[0], 3))
    return Image.fromarray(drawn.clip(0, 255).astype(np.uint8))


PAIRS = {
    "soft": (make_picture(SIZE, seed=1), make_picture(SIZE, seed=2)),
    "noise": (noise(1), noise(2)),
    "gray on color": (make_picture(SIZE, seed=3).convert("L").convert("RGB"), noise(3)),
    "color on gray": (noise(4), Image.linear_gradient("L").resize(SIZE).convert("RGB")),
    "white on black": (Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE, "black")),
}


@pytest.fixture
def empty_page(chromium: Browser) -> Page:
    """Return a page with nothing but the module."""
    page = chromium.new_page()
    source = base64.b64encode(MODULE.read_bytes()).decode()
    address = f"data:text/javascript;base64,{source}"
    page.evaluate("async (address) => { window.development = await import(address); }", address)
    return page


def rgba(image: Image.Image) -> str:
    """Return the bytes of an ImageData as text."""
    return base64.b64encode(image.convert("RGBA").tobytes()).decode()


def in_browser(
    page: Page,
    painting: Image.Image,
    photo: Image.Image,
    color: Color,
    mask: Image.Image | None = None,
) -> list[Bytes]:
    """Develop a picture in Chromium, once for each strength."""
    asked = [rgba(painting), rgba(photo), color.value, COLOR_MAP, STRENGTHS, mask and rgba(mask)]
    made = [base64.b64decode(each) for each in page.evaluate(DEVELOP, asked)]
    return [np.frombuffer(each, np.uint8).reshape(SIZE[1], SIZE[0], 4) for each in made]


@pytest.mark.parametrize("color", list(Color))
@pytest.mark.parametrize("pair", PAIRS)
def test_the_browser_computes_what_the_engine_computes(
    empty_page: Page, pair: str, color: Color
) -> None:
    painting, photo = PAIRS[pair]
    there = in_browser(empty_page, painting, photo, color)
    for strength, pixels in zip(STRENGTHS, there, strict=True):
        here = np.asarray(develop(painting, photo, Development(strength, color), COLOR_MAP))
        difference = np.abs(pixels[..., :3].astype(int) - here.astype(int))
        assert difference.max() <= 1, strength
        # At one half, many values lie exactly between two levels.
        assert strength == 0.5 or (difference > 0).mean() < 0.01
        assert (pixels[..., 3] == 255).all()


@pytest.mark.parametrize("color", list(Color))
@pytest.mark.parametrize("pair", ["soft", "noise"])
def test_the_browser_computes_the_same_with_a_mask(
    empty_page: Page, pair: str, color: Color
) -> None:
    painting, photo = PAIRS[pair]
    # Many places are black or white, as in a mask that somebody drew.
    mask = noise(5).convert("L")
    there = in_browser(empty_page, painting, photo, color, mask)
    black = np.asarray(mask) == 0
    for strength, pixels in zip(STRENGTHS, there, strict=True):
        made = develop(painting, photo, Development(strength, color), COLOR_MAP, mask)
        difference = np.abs(pixels[..., :3].astype(int) - np.asarray(made).astype(int))
        assert difference.max() <= 1, strength
        assert strength == 0.5 or (difference > 0).mean() < 0.01
        assert (pixels[black][:, :3] == np.asarray(photo)[black]).all()


def shown_pixels(page: Page) -> Bytes:
    """Return the pixels of the canvas over the picture."""
    data = page.evaluate(
        """() => {
          const canvas = document.querySelector(".develop-view");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return [canvas.width, canvas.height, btoa(String.fromCharCode(...data))];
        }"""
    )
    width, height, text = data
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)


def test_strength_and_colors_act_at_once_and_a_version_is_kept(
    visit: Visit, pictures: Path
) -> None:
    visitor = visit()
    visitor.sign_up("dorothy")
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in((160, 120))
    visitor.choose(0)
    visitor.page.get_by_text("Same as photo").click()
    visitor.make()
    visitor.wait_for_result()
    page = visitor.page
    slider = page.get_by_label("Strength", exact=True)
    expect(page.locator(".develop-view")).to_have_count(0)

    slider.fill("0.5")
    page.locator(".develop-view").wait_for()
    half = shown_pixels(page)
    expect(page.locator("#develop output")).to_have_text("50%")
    slider.fill("0")
    page.wait_for_function("document.querySelector('#develop output').value === '0%'")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert np.abs(shown_pixels(page).astype(int) - half).mean() > 1
    slider.fill("0.5")
    page.get_by_label("From photo").check(force=True)
    page.screenshot(path=pictures / "developing.png")

    page.get_by_role("button", name="Keep this version").click()
    page.locator(".versions [aria-current]", has_text="50%, From photo").wait_for()
    picture = page.locator(".compare-after")
    expect(picture).to_have_attribute("src", re.compile(r"\?version="))
    page.get_by_role("button", name="Undo").click()
    page.locator(".versions [aria-current]", has_text="As painted").wait_for()
    expect(picture).not_to_have_attribute("src", re.compile(r"\?version="))
    page.screenshot(path=pictures / "versions.png", full_page=True)
    # By keyboard alone.
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.locator(".develop-view").wait_for()
    expect(page.locator("#develop output")).to_have_text("99%")
    page.get_by_role("button", name="Reset").press("Enter")
    expect(page.locator(".develop-view")).to_have_count(0)


def test_fits_a_phone(visit: Visit, pictures: Path) -> None:
    visitor = visit(viewport=PHONE, color_scheme="dark")
    visitor.sign_up("pocket")
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in((160, 120))
    visitor.choose(0)
    visitor.make()
    visitor.page.locator("#develop").wait_for()
    cookie = {"name": "django_language", "value": "zh-hans", "url": visitor.address}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    visitor.page.reload()
    visitor.page.get_by_text("强度与颜色").wait_for()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.page.screenshot(path=pictures / "developing-phone.png", full_page=True)
