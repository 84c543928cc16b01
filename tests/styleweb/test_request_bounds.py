"""Every list, object and text that a request can carry has a limit, which is checked first."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_mock_request
from rest_framework import serializers
from rest_framework.test import APIClient

from accounts.models import User
from common.fields import BoundedDictField, BoundedListField
from styleweb.settings import API_BODY_BYTES
from tests.support.clients import assert_problem, session_of
from tests.support.factories import make_photo, make_style

pytestmark = pytest.mark.django_db
MANY = 20_000
SHORT_ANSWER = 2_000


def request_fields() -> Iterator[tuple[str, serializers.Field[Any, Any, Any, Any]]]:
    """Yield every field that a request of the API can have, with the path of its operation."""
    generator: Any = SchemaGenerator()
    generator._initialise_endpoints()
    for path, pattern, method, view in generator._get_paths_and_endpoints():
        view.request = build_mock_request(method, path, view, None)
        view.schema.get_operation(path, pattern, "/api/v1", method, generator.registry)
        serializer = view.schema.get_request_serializer()
        if method in {"POST", "PUT", "PATCH"} and serializer is not None:
            for kind in serializer.values() if isinstance(serializer, dict) else [serializer]:
                root = kind() if isinstance(kind, type) else kind
                yield from inside(f"{method} {path}", root)


def inside(name: str, field: Any) -> Iterator[tuple[str, Any]]:
    """Yield `field` and every field in it that a client can send."""
    if not isinstance(field, serializers.Field) or field.read_only:
        return
    yield name, field
    for part, child in getattr(field, "fields", {}).items():
        yield from inside(f"{name} {part}", child)
    if child := getattr(field, "child", None):
        yield from inside(f"{name} []", child)


def test_no_field_of_a_request_is_without_a_limit() -> None:
    fields = list(request_fields())
    assert sum(isinstance(field, BoundedListField) for _, field in fields) >= 5
    unlimited = [
        name
        for name, field in fields
        if (
            isinstance(field, serializers.ListSerializer)
            or (
                isinstance(field, serializers.ListField) and not isinstance(field, BoundedListField)
            )
            or (
                isinstance(field, serializers.DictField) and not isinstance(field, BoundedDictField)
            )
            or isinstance(field, serializers.JSONField)
            or (isinstance(field, serializers.CharField) and field.max_length is None)
        )
    ]
    assert unlimited == []


def requests(photo: str, style: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return requests with far too much in them, and where they are sent."""
    slugs = [f"s{number}" for number in range(MANY)]
    job: dict[str, Any] = {"photo": photo, "styles": [{"style": style}]}
    return {
        "slugs-of-an-evaluation": ("/api/v1/licenses/evaluate/", {"styles": slugs}),
        "slugs-of-proofs": ("/api/v1/proofs/", {"photo": photo, "styles": slugs}),
        "slugs-of-a-batch": ("/api/v1/batches/", {"photos": [photo], "styles": slugs}),
        "photos-of-a-batch": ("/api/v1/batches/", {"photos": slugs, "styles": [style]}),
        "styles-of-a-job": ("/api/v1/jobs/", {**job, "styles": [{"weight": 0}] * 10_000}),
        "controls-of-a-job": ("/api/v1/jobs/", {**job, "spec": dict.fromkeys(slugs[:9000], 1)}),
        "long-name-of-a-control": ("/api/v1/jobs/", {**job, "spec": {"a" * 200_000: 1}}),
        "long-slug": ("/api/v1/licenses/evaluate/", {"styles": ["a" * 200_000]}),
    }


@pytest.mark.parametrize("name", requests("", ""))
def test_a_request_with_far_too_much_gets_a_short_answer_soon(alice: User, name: str) -> None:
    address, body = requests(str(make_photo(alice).pk), make_style().slug)[name]
    client = session_of(alice)
    begun = time.process_time()  # other work on the machine does not count
    answer = client.post(address, body)
    assert time.process_time() - begun < 0.5
    assert_problem(answer, 422, "invalid")
    assert len(answer.content) < SHORT_ANSWER


def test_a_body_is_read_up_to_its_limit() -> None:
    body = json.dumps({"styles": ["a"], "pad": "x" * API_BODY_BYTES})
    answer = APIClient().post("/api/v1/licenses/evaluate/", body, content_type="application/json")
    assert_problem(answer, 413, "body_too_large")
