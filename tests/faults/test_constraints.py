"""Tests that the database itself refuses inconsistent rows, whatever code writes them."""

from uuid import uuid4

import pytest

from tests.support.bars import Record
from tests.support.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.mark.bar(29)
def test_refuses_each_wrong_row(site: Site, record_bar: Record) -> None:
    answers = site.call("break_constraints", name=f"tess-{uuid4().hex[:8]}")

    assert len(answers) >= 12
    assert {what: answer for what, answer in answers.items() if answer != "refused"} == {}
    record_bar(29, f"{site.kind}: {len(answers)} of {len(answers)} refused")
