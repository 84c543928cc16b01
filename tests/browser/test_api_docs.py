"""The API's page in a real browser; its content security policy is as strict as on other pages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PATIENCE_MS, Visitor
from tests.styleweb.test_openapi import UNDOCUMENTED
from tests.support.routes import routes

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def opened(visitor: Visitor, operation: str) -> Locator:
    """Open the page and unfold one operation."""
    visitor.go("/api/v1/docs/")
    block = visitor.page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary-control").click()
    return block


def execute(block: Locator) -> Locator:
    """Send the operation's request and return the status of the answer."""
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    return block.locator(".live-responses-table .response .response-col_status")


def test_shows_every_operation_with_its_headline(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/api/v1/docs/")
    documented = [route for route, _method in routes() if route not in UNDOCUMENTED]
    expect(visitor.page.locator(".opblock")).to_have_count(len(documented), timeout=PATIENCE_MS)
    expect(visitor.page.get_by_text("Upload a photo").first).to_be_visible()


def test_calls_a_public_operation(visit: Visit) -> None:
    expect(execute(opened(visit(), "methods_list"))).to_contain_text("200", timeout=PATIENCE_MS)


def test_calls_as_the_signed_in_user(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_up("developer")
    visitor.page.wait_for_url("**/studio/")
    expect(execute(opened(visitor, "me_retrieve"))).to_contain_text("200", timeout=PATIENCE_MS)
    # For a change the page itself sends the token against forged requests.
    expect(execute(opened(visitor, "me_partial_update"))).to_contain_text(
        "200", timeout=PATIENCE_MS
    )
