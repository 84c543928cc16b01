"""A machine without a font for Chinese shows the site in Chinese, and no boxes."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import (
    CHROMIUM_FLAGS,
    PATIENCE_MS,
    Visitor,
    browser_program,
)
from tests.support.servers import program, skip_without
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Marks the elements whose words are all Chinese with the number of their characters.
MARK_CHINESE = """
() => {
  for (const each of document.querySelectorAll("body *:not(option)")) {
    const words = each.textContent.replaceAll(/\\s/g, "");
    if (each.children.length || !each.checkVisibility()) continue;
    if (/^[\\u2e80-\\u9fff\\uff00-\\uffef]+$/.test(words)) each.dataset.chinese = words.length;
  }
}
"""
FONTS_LOADED = """
() => document.fonts.ready.then(() =>
  [...document.fonts].filter(({ status }) => status === "loaded").map(({ family, weight }) =>
    `${family.replaceAll('"', "")} ${weight}`)
)
"""


@pytest.fixture(scope="module")
def latin_only(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start a browser that finds one font, for Latin letters."""
    folder = tmp_path_factory.mktemp("latin-only")
    (folder / "fonts").mkdir()
    find = [program("fc-match", "fontconfig"), "--format=%{file}", "DejaVu Sans:lang=en"]
    font = Path(subprocess.run(find, check=True, capture_output=True, text=True).stdout)
    if "DejaVu" not in font.name:
        skip_without("DejaVu Sans", "fonts-dejavu-core")
    shutil.copy(font, folder / "fonts")
    config = folder / "fonts.conf"
    config.write_text(
        f"<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
    )
    browser = chromium.browser_type.launch(
        executable_path=browser_program(),
        args=CHROMIUM_FLAGS,
        env={"FONTCONFIG_FILE": str(config), "HOME": str(folder)},
    )
    yield browser
    browser.close()


def open_page(browser: Browser, site: EmbeddedSite, path: str, language: str) -> Page:
    """Open a page of the site in this language."""
    page = browser.new_context(locale=language).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(site.address + path)
    return page


def drawn_and_boxes(page: Page) -> tuple[int, list[int]]:
    """Count the Chinese words that the site's font draws, and list those with other glyphs.

    A box is a glyph of the Latin font. So is a space, which is not counted.
    """
    page.evaluate(FONTS_LOADED)
    page.evaluate(MARK_CHINESE)
    protocol = page.context.new_cdp_session(page)
    protocol.send("DOM.enable")
    protocol.send("CSS.enable")
    root = protocol.send("DOM.getDocument")["root"]["nodeId"]
    marked = {"nodeId": root, "selector": "[data-chinese]"}
    missing = []
    for node in protocol.send("DOM.querySelectorAll", marked)["nodeIds"]:
        named = protocol.send("DOM.getAttributes", {"nodeId": node})["attributes"]
        length = int(named[named.index("data-chinese") + 1])
        fonts = protocol.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        missing.append(length - sum(each["glyphCount"] for each in fonts if each["isCustomFont"]))
    boxes = [each for each in missing if each > 0]
    return len(missing) - len(boxes), boxes  # the brackets around a title are drawn and not counted


@pytest.mark.parametrize("path", ["/", "/studio/", "/api/docs/", "/site/terms/"])
def test_shows_chinese_where_the_machine_has_no_font_for_it(
    latin_only: Browser, site: EmbeddedSite, path: str
) -> None:
    page = open_page(latin_only, site, path, "zh-CN")
    drawn, boxes = drawn_and_boxes(page)
    assert drawn > 10
    assert boxes == []
    page.context.close()


def test_shows_chinese_in_the_administration(latin_only: Browser, site: EmbeddedSite) -> None:
    visitor = Visitor(latin_only.new_context(locale="en-US").new_page(), site.address)
    visitor.sign_up("xiaomei")
    visitor.page.wait_for_url("**/studio/")
    site.call("promote", name="xiaomei")
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": "zh-hans", "url": site.address}]
    )
    visitor.go("/admin/")
    drawn, boxes = drawn_and_boxes(visitor.page)
    assert drawn > 10
    assert boxes == []
    assert visitor.complaints == []
    visitor.page.context.close()


def test_loads_only_the_names_of_languages_on_an_english_page(
    latin_only: Browser, site: EmbeddedSite
) -> None:
    page = open_page(latin_only, site, "/studio/", "en-US")
    assert page.evaluate(FONTS_LOADED) == ["Language Names normal"]
    page.context.close()
