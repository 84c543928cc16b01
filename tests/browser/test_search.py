"""The studio searches its tiles as the library searches its styles."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from library.search import close_matches

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODULE = Path("static/js/search.js")
TEXTS = [
    "The Starry Night Vincent van Gogh Oil painting 文森特·梵高 凡高 梵谷 swirl",
    "Under the Wave off Kanagawa Katsushika Hokusai Woodblock print 葛饰北斋 sea",
    "Flower Box with Cactus August Macke Oil painting",
    "Straße im Café, L’Œuvre d’été, Øresund, İstanbul, ŁÓDŹ",
    "Бурлаки на Волге 浮世絵 カフェ 한글",
    "",
]
QUERIES = [
    *("van goh", "vincnet", "梵高", "flowers", "hokusay", "strasse", "cafe", "oeuvre", "oresund"),
    *(
        "бурлак",
        "浮世",
        "カフェ",
        "한글",
        "woodblck prnt",
        "x",
        "---",
        "",
        "kactus",
        "ca fe",
        "lodz",
    ),
]


def test_the_browser_finds_what_the_library_finds(chromium: Browser) -> None:
    page = chromium.new_page()
    source = base64.b64encode(MODULE.read_bytes()).decode()
    address = f"data:text/javascript;base64,{source}"
    page.evaluate("async (address) => { window.search = await import(address); }", address)
    asked = "([texts, queries]) => queries.map((each) => window.search.closeMatches(texts, each))"
    there = page.evaluate(asked, [TEXTS, QUERIES])
    page.close()
    here = [list(close_matches(dict(enumerate(TEXTS)), query).values()) for query in QUERIES]
    assert dict(zip(QUERIES, there, strict=True)) == dict(zip(QUERIES, here, strict=True))
    assert here[0] == [True, False, False, False, False, False]
