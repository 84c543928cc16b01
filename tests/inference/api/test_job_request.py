"""Tests of requests for jobs: every answer is a job or a problem, never a server error."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from inference.models import Job
from style_transfer.core.spec import BOUNDS
from tests.support.clients import assert_problem, session_of
from tests.support.factories import make_photo, make_style

JOBS = "/api/v1/jobs/"
pytestmark = pytest.mark.django_db
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["\0", "great-wave", "optimize", "style"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
CONTROLS = st.dictionaries(
    st.sampled_from([*BOUNDS, "color", "features", "method", "version"]) | st.text(), ANYTHING
)


STYLES = st.lists(
    st.fixed_dictionaries({"style": SCALARS}, optional={"weight": SCALARS}), max_size=5
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "photo": ANYTHING,
        "styles": ANYTHING | STYLES,
        "method": ANYTHING,
        "spec": ANYTHING | CONTROLS,
    },
)


@pytest.fixture
def body(alice: User) -> dict[str, Any]:
    """Return a valid request of alice."""
    return {"photo": str(make_photo(alice).pk), "styles": [{"style": make_style().slug}]}


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.slow
@given(change=CHANGES)
def test_answers_anything_with_a_job_or_a_problem(
    alice: User, body: dict[str, Any], change: dict[str, Any]
) -> None:
    sent = json.dumps({**body, **change})
    response = session_of(alice).post(JOBS, sent, content_type="application/json")
    assert response.status_code in {201, 400, 422}, response.content
    assert Job.objects.count() == (response.status_code == 201)
    Job.objects.all().delete()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("spec.seed", {"spec": {"seed": 10**400}}),
        ("spec.strength", {"spec": {"strength": 10**400}}),
        ("styles.0.weight", {"styles": [{"style": "great-wave", "weight": 10**400}]}),
    ],
)
def test_names_a_number_that_no_float_holds(
    alice: User, body: dict[str, Any], field: str, change: dict[str, Any]
) -> None:
    response = session_of(alice).post(JOBS, {**body, **change})
    problem = assert_problem(response, 422, "invalid")
    assert [each["field"] for each in problem["errors"]] == [field]


def test_survives_an_extremely_long_number(alice: User) -> None:
    response = session_of(alice).post(JOBS, "9" * 5000, content_type="application/json")
    assert_problem(response, 400, "malformed")
