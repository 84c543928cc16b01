"""Weigh pages as a browser loads them: `python -m scripts.measure_pages ADDRESS [PATH ...]`.

For each page, at the width of a desktop and of a phone, it prints how many requests were made and
how many bytes came, how far the layout shifted, and when the largest thing was painted. The phone
is slowed down as Lighthouse slows one: a processor four times slower on a fast mobile network.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from rich.console import Console

DESKTOP: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
# Lighthouse's "Slow 4G, simulated by the browser": 150 ms and 1.6 megabits a second.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8,
    "uploadThroughput": 750 * 1024 / 8,
}
SLOWDOWN = 4
_PATIENCE_SECONDS = 120
# The shifts and paints are kept from the first moment, because observers added later miss some.
_WATCH = """
  window.pageFigures = { shift: 0, shifts: [], lcp: 0, what: "" };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      pageFigures.shift += entry.value;
      pageFigures.shifts.push([entry.value, entry.sources.map(moved).join(", ")]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    const last = list.getEntries().at(-1);
    pageFigures.lcp = last.startTime;
    pageFigures.what = name(last.element);
  }).observe({ type: "largest-contentful-paint", buffered: true });
  const moved = ({ node, previousRect: from, currentRect: to }) =>
    `${name(node)} ${from.y | 0}+${from.height | 0} to ${to.y | 0}+${to.height | 0}`;
  const name = (node) =>
    node?.closest ? `${node.localName}.${[...node.classList].join(".")}#${node.id}` : String(node);
"""
_SIZES = """
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(({ name, transferSize }) => [name, transferSize])
"""


@dataclass(frozen=True)
class Figures:
    """What a page cost a browser whose cache was empty."""

    requests: list[str]  # addresses
    bytes: int
    shift: float  # the sum of all layout shifts
    shifts: list[tuple[float, str]]  # each with the elements that moved
    lcp_ms: float  # when the largest thing was painted
    largest: str


def slow_down(page: Page) -> None:
    """Give `page` the processor and the network of a phone."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", NETWORK)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})


def weigh(page: Page, address: str) -> Figures:
    """Load `address` in a new `page` and return what it cost, once the network is quiet.

    Raises TimeoutError if nothing was painted that counts as the largest thing.
    """
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="networkidle", timeout=_PATIENCE_SECONDS * 1000)
    # The page's own policy forbids Playwright to wait for an expression.
    end = time.monotonic() + _PATIENCE_SECONDS
    while not page.evaluate("pageFigures.lcp"):
        if time.monotonic() > end:
            raise TimeoutError(f"{address} painted nothing large in {_PATIENCE_SECONDS} seconds.")
        page.wait_for_timeout(20)
    sizes: list[tuple[str, int]] = page.evaluate(_SIZES)
    found: dict[str, Any] = page.evaluate("pageFigures")
    return Figures(
        requests=[url for url in requests if not url.startswith(("data:", "blob:"))],
        bytes=sum(size for _, size in sizes),
        shift=found["shift"],
        shifts=[(value, nodes) for value, nodes in found["shifts"]],
        lcp_ms=found["lcp"],
        largest=found["what"],
    )


def _print_page(browser: Browser, address: str, size: ViewportSize, *, details: bool) -> None:
    context = browser.new_context(viewport=size, locale="en-US")
    page = context.new_page()
    if size == PHONE:
        slow_down(page)
    figures = weigh(page, address)
    context.close()
    lines = [
        f"{address} at {size['width']} px: {len(figures.requests)} requests, "
        f"{figures.bytes / 1000:.0f} kB, shift {figures.shift:.3f}, "
        f"LCP {figures.lcp_ms / 1000:.2f} s ({figures.largest})"
    ]
    if details:
        lines += [f"  shift {value:.3f}: {nodes}" for value, nodes in figures.shifts]
        lines += [f"  {url}" for url in figures.requests]
    Console(soft_wrap=True).print("\n".join(lines), highlight=False, markup=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of each page."""
    parser = argparse.ArgumentParser(description="Weigh the pages of a running site.")
    parser.add_argument("address", help="of the site, e.g. http://127.0.0.1:8000")
    parser.add_argument("path", nargs="*", default=["/", "/studio/", "/styles/"])
    parser.add_argument("--browser", help="the program of Chromium")
    parser.add_argument("--details", action="store_true", help="list requests and shifts")
    chosen = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=["--no-sandbox"])
        for path in chosen.path:
            for size in (DESKTOP, PHONE):
                _print_page(browser, chosen.address + path, size, details=chosen.details)


if __name__ == "__main__":
    main()
