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
    """Open the page, and in it one operation."""
    visitor.go("/api/v1/docs/")
    visitor.page.locator(f"[data-tag='{operation.split('_', maxsplit=1)[0]}']").click()
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
    groups = visitor.page.locator(".opblock-tag")
    groups.first.wait_for(timeout=PATIENCE_MS)
    shown = []
    # One group at a time: of very many open operations, the page keeps only those in view.
    for group in groups.all():
        group.click()
        visitor.page.locator(".opblock").first.wait_for()
        shown += visitor.page.locator(".opblock-summary-description").all_inner_texts()
        group.click()
        expect(visitor.page.locator(".opblock")).to_have_count(0)
    assert len(shown) == len(documented)
    assert "Upload a photo" in " ".join(shown)


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
