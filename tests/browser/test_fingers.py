"""On a phone each control is large enough for a finger, and no page is wider than the screen."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.browser.conftest import PHONE, Visitor
from tests.support.sites import EmbeddedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Lists the controls that do not respond in a whole square of 44 px around their center. Links
# inside a text are only as high as the text; pictures beside them lead to the same page.
MISSED = """
() => {
  const missed = [];
  const inWords = ".skip, .visually-hidden, .label, p:not(.job-name)";
  for (const each of document.querySelectorAll("a, button, summary, select")) {
    if (!each.checkVisibility() || each.closest(inWords)) continue;
    each.scrollIntoView({ block: "center" });
    const { x, y, width, height } = each.getBoundingClientRect();
    for (const [right, down] of [[0, 0], [0, -21], [0, 21], [-21, 0], [21, 0]]) {
      const place = [x + width / 2 + right, y + height / 2 + down];
      if (place[0] < 0 || place[0] >= innerWidth) continue;
      if (each.contains(document.elementFromPoint(...place))) continue;
      missed.push(`${each.outerHTML.slice(0, 80)} ${right} ${down}`);
    }
  }
  return missed;
}
"""


FITS = "document.documentElement.scrollWidth <= innerWidth"


def test_has_controls_large_enough_for_a_finger(
    visit: Callable[..., Visitor], site: EmbeddedSite
) -> None:
    visitor = visit(viewport=PHONE)
    visitor.sign_up("thumbelina")
    visitor.page.wait_for_url("**/studio/")
    site.call("promote", name="thumbelina")
    job = site.call("submit", name="thumbelina", method="fast", size=128)
    site.wait_for(job, "succeeded")

    paths = ("/photos/", "/jobs/", f"/jobs/{job}/", "/operators/queue/", "/account/", "/styles/")
    # Words of one or two characters are the narrowest.
    for language, path in product(("en", "zh-hans"), paths):
        speak(visitor, language)
        visitor.go(path)
        visitor.page.locator("#light").wait_for()

        assert visitor.page.evaluate(MISSED) == [], (language, path)
        assert visitor.page.evaluate(FITS), (language, path)


def speak(visitor: Visitor, language: str) -> None:
    """Show the site to the visitor in this language from now on."""
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": visitor.address}]
    )
