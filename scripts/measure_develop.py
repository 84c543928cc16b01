"""Measure the strength slider in Chromium: frames per second, and the difference to the engine.

    python -m scripts.measure_develop [--size 1280] [--seconds 3]

The picture is drawn by code. It has the size in which the page of a picture develops it, at most
1280 pixels. The browser runs the module of the page, and each frame has another strength.
"""

import argparse
import base64
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from style_transfer.core.development import Development
from style_transfer.core.spec import Color
from style_transfer.pipeline.development import develop
from tests.support.servers import program

MODULE = Path(__file__).resolve().parent.parent / "static" / "js" / "development.js"
COLOR_MAP = {
    "matrix": [1.2, 0.1, -0.1, 0.1, 0.9, 0.1, -0.1, 0.1, 1.3],
    "offset": [-0.1, 0.02, -0.12],
}
STRENGTHS = (0.0, 0.25, 0.6, 1.0)
PREPARE = """async ([address, painting, photo, width, height]) => {
  const { recolored, mix } = await import(address);
  const bytes = (text) => Uint8ClampedArray.from(atob(text), (each) => each.charCodeAt(0));
  const [own, beside] = [bytes(painting), bytes(photo)];
  const view = new ImageData(new Uint8ClampedArray(own), width, height);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.replaceChildren(canvas);
  const context = canvas.getContext("2d");
  window.recolor = (color, map) => {
    const begun = performance.now();
    window.floats = recolored(own, beside, color, map);
    return performance.now() - begun;
  };
  window.draw = (strength) => {
    mix(view.data, beside, window.floats, strength);
    context.putImageData(view, 0, 0);
  };
  window.drawn = () => {
    let text = "";
    for (let at = 0; at < view.data.length; at += 32768) {
      text += String.fromCharCode(...view.data.subarray(at, at + 32768));
    }
    return btoa(text);
  };
}"""
SLIDE = """(seconds) => new Promise((done) => {
  const begun = performance.now();
  let frames = 0;
  let busy = 0;
  const step = (now) => {
    const passed = (performance.now() - begun) / 1000;
    if (passed > seconds) {
      done([frames / passed, busy / frames]);
      return;
    }
    const before = performance.now();
    window.draw(0.5 + 0.5 * Math.sin(3 * passed));
    busy += performance.now() - before;
    frames += 1;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def say(line: str) -> None:
    """Print a line immediately."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def drawn_picture(width: int, height: int, seed: int) -> Image.Image:
    """Return a picture with soft shapes and some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / rng.uniform(20, 90) + y / rng.uniform(20, 90)) for _ in range(3)]
    pixels = np.stack(waves, axis=-1) * 100 + 128 + rng.normal(0, 12, (height, width, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def text_of(data: bytes) -> str:
    """Return bytes in the form in which a page accepts them."""
    return base64.b64encode(data).decode()


def difference(page: Page, painting: Image.Image, photo: Image.Image, color: Color) -> int:
    """Return the largest difference between browser and engine, in levels of 255."""
    largest = 0
    for strength in STRENGTHS:
        page.evaluate("(strength) => window.draw(strength)", strength)
        drawn = np.frombuffer(base64.b64decode(page.evaluate("window.drawn()")), np.uint8)
        there = drawn.reshape(painting.height, painting.width, 4)[..., :3].astype(int)
        made = develop(painting, photo, Development(strength, color), COLOR_MAP)
        largest = max(largest, int(np.abs(there - np.asarray(made)).max()))
    return largest


def measure(page: Page, side: int, seconds: float) -> None:
    """Print one line for each kind of color."""
    painting, photo = (drawn_picture(side, side * 2 // 3, seed) for seed in (1, 2))
    sizes = painting.size
    pictures = [text_of(each.convert("RGBA").tobytes()) for each in (painting, photo)]
    address = f"data:text/javascript;base64,{text_of(MODULE.read_bytes())}"
    page.evaluate(PREPARE, [address, *pictures, *sizes])
    say(f"a picture of {sizes[0]} x {sizes[1]}")
    say(f"{'colors':10}{'frames/s':>10}{'ms a frame':>12}{'ms to recolor':>15}{'difference':>12}")
    for color in Color:
        arguments: list[Any] = [color.value, COLOR_MAP]
        recoloring = page.evaluate("([color, map]) => window.recolor(color, map)", arguments)
        rate, busy = page.evaluate(SLIDE, seconds)
        apart = difference(page, painting, photo, color)
        say(f"{color.value:10}{rate:10.1f}{busy:12.1f}{recoloring:15.0f}{apart:12d}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1280, help="longest side in pixels")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each slide")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium", "chromium-headless-shell"),
            args=["--no-sandbox", "--headless", "--disable-gpu"],
        )
        measure(browser.new_page(), asked.size, asked.seconds)
        browser.close()


if __name__ == "__main__":
    main()
