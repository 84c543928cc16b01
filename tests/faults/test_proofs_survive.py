"""Tests that a proof sheet fills exactly once, also after a kill, and that jobs come first."""

from typing import Any

import pytest

from tests.support.servers import wait_until
from tests.support.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
STYLES = 8


def wait_for(site: Site, sheet: str, what: str, reached: Any) -> dict[str, Any]:
    """Return the snapshot of `sheet` once `reached` is true for it."""

    def look() -> dict[str, Any] | None:
        snapshot: dict[str, Any] = site.call("look_at_proofs", sheet=sheet)
        return snapshot if reached(snapshot) else None

    snapshot: dict[str, Any] = wait_until(look, what, 150)
    return snapshot


def wait_until_begun(site: Site, sheet: str) -> None:
    """Wait until some tiles are done and others are not."""
    snapshot = wait_for(site, sheet, "the first tile", lambda sheet: sheet["done"])
    assert snapshot["done"] < STYLES


def assert_filled(site: Site, sheet: str) -> dict[str, Any]:
    """Wait for the end of the sheet and check that each style was tried exactly once."""
    ended = wait_for(site, sheet, "the sheet's end", lambda sheet: sheet["completed_at"])
    assert ended["state"] == "succeeded"
    assert [tile["state"] for tile in ended["tiles"]] == ["done"] * STYLES
    return ended


def test_survives_a_killed_worker(site: Site) -> None:
    sheet = site.call("ask_for_proofs", styles=STYLES, name="dora")
    wait_until_begun(site, sheet)

    site.kill_worker()

    assert assert_filled(site, sheet)["attempt"] == 2
    assert site.call("proof_files", sheet=sheet) == STYLES


def test_lets_a_job_pass_and_continues(site: Site) -> None:
    sheet = site.call("ask_for_proofs", styles=STYLES, name="emil")
    wait_until_begun(site, sheet)

    job = site.call("submit", name="frida", steps=2)

    site.wait_for(job, "succeeded")
    assert site.call("look_at_proofs", sheet=sheet)["done"] < STYLES
    assert_filled(site, sheet)


def test_stops_soon_after_its_cancel(site: Site) -> None:
    sheet = site.call("ask_for_proofs", styles=STYLES, name="gustav")
    wait_until_begun(site, sheet)

    canceled = site.call("cancel_proof_sheet", sheet=sheet)

    assert canceled["state"] == "canceled"
    # A later job is painted, so the worker has stopped the sheet.
    site.wait_for(site.call("submit", name="hedda", steps=2), "succeeded")
    assert site.call("look_at_proofs", sheet=sheet)["done"] < STYLES
