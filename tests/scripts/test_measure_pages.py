"""The weight of a page."""

from unittest.mock import create_autospec

import pytest
from playwright.sync_api import Page

from scripts import measure_pages


def test_gives_up_on_a_page_that_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_pages, "_PATIENCE_SECONDS", 0)
    page = create_autospec(Page, instance=True)
    page.evaluate.return_value = 0
    with pytest.raises(TimeoutError, match=r"/empty/ painted nothing"):
        measure_pages.weigh(page, "http://127.0.0.1/empty/")
