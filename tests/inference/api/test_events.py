"""Events in the API, requested by an app, the owner, a stranger and an anonymous client."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from inference.services.jobs import cancel_job
from tests.support.clients import app_of, assert_problem, session_of
from tests.support.documents import assert_described, component
from tests.support.factories import make_job

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


def test_starts_with_a_snapshot_and_continues_from_its_cursor(alice: User) -> None:
    job, app = make_job(alice), app_of(alice)
    first = app.get(EVENTS).json()
    assert [event["type"] for event in first["events"]] == ["snapshot"]
    assert [each["id"] for each in first["events"][0]["data"]["jobs"]] == [str(job.pk)]

    cancel_job(job=job)

    second = app.get(EVENTS, {"since": first["seq"]}).json()
    (event,) = second["events"]
    assert (event["type"], event["data"]["state"]) == ("job", "canceled")
    assert event["data"] == app.get(f"/api/v1/jobs/{job.pk}/").json()
    assert app.get(EVENTS, {"since": second["seq"]}).json() == {
        "seq": second["seq"],
        "cursor": second["seq"],
        "more": False,
        "events": [],
    }


def test_returns_everything_from_zero_on(alice: User) -> None:
    jobs = [make_job(alice) for _ in range(2)]

    events = session_of(alice).get(EVENTS, {"since": 0}).json()["events"]

    assert {event["data"]["id"] for event in events} == {str(job.pk) for job in jobs}


def test_names_the_cursor_beside_the_seq(alice: User) -> None:
    jobs = [make_job(alice) for _ in range(2)]

    page = session_of(alice).get(EVENTS, {"since": 0}).json()

    assert [event["cursor"] for event in page["events"]] == [1, 2]
    assert [event["seq"] for event in page["events"]] == [1, 2]
    assert (page["cursor"], page["seq"]) == (2, 2)
    assert [event["data"]["seq"] for event in page["events"]] == [job.seq for job in jobs]
    assert_described(page, component("EventPage"))


def test_costs_no_body_when_nothing_changed(alice: User) -> None:
    make_job(alice)
    app = app_of(alice)
    first = app.get(EVENTS)

    again = app.get(EVENTS, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first["Cache-Control"]


def test_shows_a_stranger_nothing(alice: User, bob: User) -> None:
    make_job(alice)

    assert session_of(bob).get(EVENTS, {"since": 0}).json()["events"] == []


def test_resyncs_a_cursor_that_was_never_given_out(alice: User) -> None:
    events = session_of(alice).get(EVENTS, {"since": 99}).json()["events"]

    assert [event["type"] for event in events] == ["resync_required", "snapshot"]


@pytest.mark.parametrize("since", ["-1", "x", "1.5", str(2**63)])
def test_refuses_an_invalid_cursor(alice: User, since: str) -> None:
    response = session_of(alice).get(EVENTS, {"since": since})

    assert_problem(response, 422, "invalid")


def test_needs_the_scope(alice: User) -> None:
    assert_problem(app_of(alice, "jobs:write").get(EVENTS), 403, "insufficient_scope")


def test_requires_sign_in() -> None:
    assert_problem(APIClient().get(EVENTS), 401, "not_authenticated")
