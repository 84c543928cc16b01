"""Nothing moves away under the eyes of a reader while a page loads."""

from collections.abc import Callable

import pytest

from scripts.measure_pages import weigh
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", DESKTOP),
        ("/", PHONE),
        ("/styles/", DESKTOP),
        ("/styles/", PHONE),
        ("/studio/", DESKTOP),
        ("/studio/", PHONE),
    ],
    ids=["home", "home-phone", "library", "library-phone", "studio", "studio-phone"],
)
def test_shifts_nothing_while_it_loads(
    visit: Callable[..., Visitor], site: EmbeddedSite, path: str, size: dict[str, int]
) -> None:
    visitor = visit(viewport=size)
    figures = weigh(visitor.page, site.address + path)
    assert figures.shift < 0.02, figures.shifts
