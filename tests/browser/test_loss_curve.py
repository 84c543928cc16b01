"""The loss curve of a running job: the script draws what the server draws."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from inference.live.snapshots.losses import JobLosses
from inference.pages.loss_curve import curve_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODULE = Path("static/js/loss-curve.js")
POINTS: list[JobLosses] = [
    {
        "step": step,
        "content": 0.0 if step == 1 else 0.7 - 0.5 / step,
        "style": 1234.5 / step**2,
        "variation": 0.01,
        "total": 1234.5 / step**2 + 0.7,
    }
    for step in range(1, 41)
]


def drawn_by_server(points: list[JobLosses]) -> str:
    """Return the curve of a running job as its page has it."""
    job = SimpleNamespace(pk="6f0a4a5e-7d3c-4c53-9b0f-5d3c0b6e2a11", attempt=1)
    return render_to_string(
        "inference/_loss_curve.html", {"job": job, "curve": curve_of(points, is_live=True)}
    )


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Return an empty page with nothing but the module, whose requests find no server."""
    page = chromium.new_page()
    module = MODULE.read_text("utf-8").replace("export class", "window.LossCurve = class")
    page.evaluate("(source) => new Function(source)()", module)
    yield page
    page.close()


def open_with(page: Page, points: list[JobLosses]) -> None:
    page.evaluate("(html) => { document.body.innerHTML = html; }", drawn_by_server(points))
    page.evaluate("() => { window.curve = window.LossCurve.in(document.body); }")


def push(page: Page, points: list[JobLosses], *, attempt: int = 1) -> None:
    for point in points:
        page.evaluate("(job) => window.curve.take(job)", {"attempt": attempt, "losses": point})


def seen(page: Page) -> dict[str, Any]:
    """Return everything that the figure shows or says."""
    script = """() => {
      const text = (part) => document.querySelector(`[data-part="${part}"]`).textContent;
      const cells = [...document.querySelectorAll("tbody tr")];
      return JSON.stringify({
        paths: [...document.querySelectorAll("path")].map((path) => path.getAttribute("d")),
        scale: [...document.querySelectorAll("ol li")].map((item) => item.textContent),
        ends: [text("loss-first"), text("loss-last")],
        said: text("loss-sentence").trim(),
        rows: cells.map((row) => [...row.children].map((cell) => cell.outerHTML)),
        hidden: document.querySelector("figure").hidden,
      });
    }"""
    found: dict[str, Any] = json.loads(page.evaluate(script))
    return found


@pytest.mark.parametrize("begun", [0, 1, 25])
def test_draws_pushed_losses_as_the_server_would(page: Page, begun: int) -> None:
    open_with(page, POINTS)
    wanted = seen(page)
    open_with(page, POINTS[:begun])
    assert seen(page)["hidden"] == (begun == 0)
    push(page, POINTS[begun:])
    assert seen(page) == wanted
    assert wanted["said"] == "Total loss: 1240 at step 1, 1.47 at step 40."


@pytest.mark.parametrize("attempt", [1, 2])
def test_begins_anew_with_an_earlier_step(page: Page, attempt: int) -> None:
    open_with(page, POINTS)
    push(page, POINTS[:3], attempt=attempt)
    drawn = seen(page)
    open_with(page, POINTS[:3])
    assert seen(page) == drawn


def test_names_the_picture_by_its_title_and_sentence(page: Page) -> None:
    open_with(page, POINTS)
    plot = page.get_by_role("img", name="Losses at each step, on a logarithmic scale")
    expect(plot).to_have_accessible_name(
        "Losses at each step, on a logarithmic scale Total loss: 1240 at step 1, 1.47 at step 40."
    )
