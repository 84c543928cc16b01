"""Counts in sentences that the page contains in finished form."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("done", [1, 9, 19])
def test_puts_numbers_into_sentences(visit: Visit, done: int) -> None:
    visitor = visit()
    visitor.go("/")
    script = """async (done) => {
      const { counted } = await import("/static/js/counts.js");
      return counted("1 of 9 done", done, 90);
    }"""
    said: Any = visitor.page.evaluate(script, done)
    assert said == f"{done} of 90 done"
