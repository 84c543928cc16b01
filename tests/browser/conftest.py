"""A real site and headless Chromium for the tests of this folder.

The browser closes after the last test of this folder, because Playwright's event loop would
disturb the asynchronous tests that run later.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Page,
    expect,
    sync_playwright,
)

from tests.support.factories import PASSWORD, make_picture, picture_bytes
from tests.support.servers import PATIENCE_SECONDS, program
from tests.support.sites import EmbeddedSite

pytestmark = pytest.mark.browser

SHELL = "chromium-headless-shell"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# As patient as the other tests of running sites, which share the machine with many others.
PATIENCE_MS = PATIENCE_SECONDS * 1000
expect.set_options(timeout=PATIENCE_MS)


def browser_program() -> str:
    """Return the path of Chromium without windows, or else of the whole Chromium.

    The first takes half of the processor time.
    """
    return shutil.which(SHELL) or program("chromium", SHELL)


@pytest.fixture(scope="package")
def site(site_folder: Callable[[str], Path]) -> Iterator[EmbeddedSite]:
    """Serve the site as `make run` does, with its own data folder."""
    browser_program()
    with EmbeddedSite(site_folder("browser-site")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the installed Chromium."""
    executable = browser_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Visitor:
    """A user of the site with a separate browser window."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        text = message.text
        if "/preview/" in message.location.get("url", ""):
            return  # a newer preview replaced it, or its job was canceled
        if "/sketches/" in message.location.get("url", "") and "422" in text:
            return  # it would take too long, and the page says so
        if "Content Security Policy" in text or message.type == "error":
            self.complaints.append(text)

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.address + path)

    def sign_up(self, name: str) -> None:
        """Make an account; the site then shows the studio."""
        if "/account/signup/" not in self.page.url:
            self.go("/account/signup/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Email").fill(f"{name}@example.org")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign up").click()

    def put_in(self, size: tuple[int, int] = (128, 96)) -> None:
        """Choose a photo in the file input of the studio."""
        self.page.locator("#id_photo").set_input_files(photo_file(size))

    def panel(self, name: str) -> None:
        """On a phone, open a panel of the studio: styles, mix or settings."""
        tab = self.page.locator(f'#sheet-tabs button[value="{name}"]')
        if tab.is_visible():
            tab.click()

    def choose(self, *numbers: int) -> None:
        """Click the tiles of styles that have their artwork on this site."""
        self.panel("styles")
        tiles = self.page.locator('.tile:has(input[data-methods~="optimize"])')
        for number in numbers:
            tiles.nth(number).click()

    def ask_for(self, *, steps: int) -> None:
        """Choose the size of the photo, the method optimize, and the number of steps."""
        self.panel("settings")
        self.page.get_by_text("Same as photo").click()
        self.page.locator("summary", has_text="More").click()
        self.page.get_by_label("Detailed, step by step").check()
        self.page.get_by_label("Steps", exact=True).fill(str(steps))

    def make(self) -> None:
        """Press Create and wait for the job's page."""
        self.page.get_by_role("button", name="Create", exact=True).click()
        self.page.wait_for_url("**/jobs/*/")

    def have_made(self, *, steps: int, style: int = 0) -> str:
        """Create a picture in the studio, which keeps the earlier choices.

        Returns the address of the job's page.
        """
        self.put_in()
        self.choose(style)
        self.ask_for(steps=steps)
        self.make()
        return self.page.url

    def wait_for_result(self) -> None:
        """Wait until the picture is done."""
        self.page.get_by_role("heading", name="Your picture is done").wait_for()


def photo_file(size: tuple[int, int] = (128, 96)) -> FilePayload:
    """Return a photo in the form that a browser's file input accepts."""
    data = picture_bytes(make_picture(size))
    return {"name": "holiday.png", "mimeType": "image/png", "buffer": data}


@pytest.fixture
def visit(chromium: Browser, site: EmbeddedSite) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a new visitor; at the end no console may have an error."""
    visitors: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        context = chromium.new_context(**{"viewport": DESKTOP, "locale": "en-US"} | options)
        visitors.append(Visitor(context.new_page(), site.address))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.complaints == []


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Return an empty folder for the screenshots of this test."""
    folder = Path("build/screenshots", str(request.node.name))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
