"""Tests that one person's many jobs do not delay other people, and of the full queue's answer."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.apps import app_of, at_once
from tests.support.bars import Record
from tests.support.sites import EmbeddedSite, Site

pytestmark = [pytest.mark.services, pytest.mark.slow]
LONG = {"size": 64, "steps": 2000}
MOST_WAITING, MOST_ALTOGETHER = 20, 25


def begun_in_order(site: Site, jobs: dict[str, str]) -> list[str]:
    """Return the names of the jobs in the order of their start times."""
    for job in jobs.values():
        site.wait_for(job, "succeeded")
    begun = {name: site.call("look", job=job)["started_at"] for name, job in jobs.items()}
    return sorted(begun, key=lambda name: str(begun[name]))


def hold_up(site: Site) -> str:
    """Start a long job that keeps the worker busy; return the job."""
    job: str = site.call("submit", name="holder", **LONG)
    site.wait_until_painted(job)
    return job


@pytest.mark.bar(34)
class TestOrder:
    def test_alternates_between_people(self, site: Site, record_bar: Record) -> None:
        holder = hold_up(site)
        stamp = str(time.time_ns())
        jobs = {
            name: site.call("submit", name=f"{name[0]}{stamp}", steps=1)
            for name in ("A1", "A2", "B1", "C1", "C2", "A3")
        }

        site.call("cancel", job=holder)

        order = begun_in_order(site, jobs)
        assert order == ["A1", "B1", "C1", "A2", "C2", "A3"]
        record_bar(34, f"{site.kind}: {' '.join(order)}")

    def test_lets_a_new_person_pass_a_long_queue(self, site: Site, record_bar: Record) -> None:
        holder = hold_up(site)
        stamp = str(time.time_ns())
        jobs = {str(i): site.call("submit", name=f"many{stamp}", steps=1) for i in range(10)}
        jobs["new"] = site.call("submit", name=f"one{stamp}", steps=1)

        site.call("cancel", job=holder)

        place = begun_in_order(site, jobs).index("new")
        # At most two jobs start earlier: one for the worker, and one of the other person.
        assert place <= 2
        record_bar(34, f"{site.kind}: behind 10 of one person, begun as number {place + 1}")


@pytest.fixture(scope="module")
def small(site_folder: Callable[[str], Path]) -> Iterator[EmbeddedSite]:
    """Return a site with a short queue."""
    with EmbeddedSite(site_folder("small"), STYLEWEB_MAX_QUEUE=str(MOST_ALTOGETHER)) as site:
        yield site


def refusals(answers: list[tuple[int, Any]], status: int, code: str) -> int:
    """Check that refusals give their code and when to retry; return the number of refusals."""
    refused = [body for each, body in answers if each == status]
    assert {body["code"] for body in refused} == {code}
    assert all(body["retry_after"] >= 1 for body in refused)
    return len(refused)


@pytest.mark.bar(35)
def test_refuses_jobs_when_the_queue_is_full_and_loses_none(
    small: EmbeddedSite, record_bar: Record
) -> None:
    holder = hold_up(small)
    quinn, ruth = app_of(small, "quinn"), app_of(small, "ruth")

    of_quinn = at_once(quinn.try_once, "POST", "/jobs/", quinn.body(), times=30)
    of_ruth = at_once(ruth.try_once, "POST", "/jobs/", ruth.body(), times=30)

    left = MOST_ALTOGETHER - MOST_WAITING
    assert Counter(status for status, _ in of_quinn) == {201: MOST_WAITING, 429: 10}
    assert Counter(status for status, _ in of_ruth) == {201: left, 503: 30 - left}
    refusals(of_quinn, 429, "too_many_jobs")
    refusals(of_ruth, 503, "queue_full")
    small.call("cancel", job=holder)
    accepted = [job["id"] for status, job in of_quinn + of_ruth if status == 201]
    for job in accepted:
        small.wait_for(job, "succeeded")
    record_bar(
        35,
        f"{MOST_WAITING} of one person, then 429; {MOST_ALTOGETHER} of all, then 503; "
        f"{len(accepted)} of {len(accepted)} accepted are done",
    )
