"""Ways in which visitors in a browser request batches: through the API, as their app would."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.support.factories import PASSWORD

STYLES = ("woodcut", "mosaic", "linocut")

SUBMIT = """
async ({ photos, styles, spec }) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const body = JSON.stringify({ photos, styles, spec });
  const reply = await fetch("/api/v1/batches/", { method: "POST", headers, body });
  return (await reply.json()).links.page;
}
"""


def enter(visitor: Visitor, name: str) -> str:
    """Make an account and upload a photo; return the id of the photo."""
    visitor.sign_up(name)
    visitor.page.locator("#studio.is-live").wait_for()
    visitor.put_in()
    expect(visitor.page.locator("#id_photo_id")).not_to_have_value("")
    return visitor.page.locator("#id_photo_id").input_value()


def submit(visitor: Visitor, photo: str, *styles: str, **spec: Any) -> str:
    """Request the photo in each style; return the page of the batch."""
    return submit_all(visitor, [photo], *styles, **spec)


def submit_all(visitor: Visitor, photos: list[str], *styles: str, **spec: Any) -> str:
    """Request each photo in each style; return the page of the batch."""
    asked = {"photos": photos, "styles": styles, "spec": {"size": 128, **spec}}
    return str(visitor.page.evaluate(SUBMIT, asked))


def long_batch(visitor: Visitor, photo: str) -> str:
    """Request three pictures that take minutes each."""
    return submit(visitor, photo, *STYLES, method="optimize", steps=1500)


def log_in(visitor: Visitor, name: str) -> None:
    """Sign in to an account that exists."""
    visitor.go("/account/login/")
    visitor.page.locator("#id_login").fill(name)
    visitor.page.locator("#id_password").fill(PASSWORD)
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url("**/studio/")
