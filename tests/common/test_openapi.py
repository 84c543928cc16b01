"""Replies that are TypedDicts, and the hooks that complete the OpenAPI document."""

from typing import Annotated, Any, Literal, TypedDict

import pytest
from django.db import models
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.openapi import SnapshotSerializer
from common.openapi_hooks import document_problems, summarize, tidy_schemas
from common.replies import JsonSchema, Moment, Uuid


def document(**operation: Any) -> dict[str, Any]:
    """Return a document with one operation, at an address with an id."""
    fields = {"responses": {"200": {"description": "Fine."}}, **operation}
    return {"paths": {"/photos/{id}/": {"get": fields, "parameters": []}}}


def finished(**operation: Any) -> dict[str, Any]:
    """Return this operation after both hooks."""
    result = summarize(document_problems(document(**operation), None, None, None), None, None, None)
    found: dict[str, Any] = result["paths"]["/photos/{id}/"]["get"]
    return found


def test_adds_the_failures_of_every_operation() -> None:
    assert {"200", "401", "404", "429"} <= set(finished()["responses"])


def test_adds_failures_that_only_some_operations_have() -> None:
    assert "403" not in finished()["responses"]
    assert "403" in finished(security=[{"token": []}])["responses"]
    assert "422" not in finished()["responses"]
    assert "422" in finished(requestBody={})["responses"]
    assert "422" in finished(parameters=[{}])["responses"]


def test_keeps_what_a_view_says_about_a_failure() -> None:
    own = {"404": {"description": "Gone for good."}, "409": {"description": "It is running."}}
    found = finished(responses=own)["responses"]
    assert found["404"]["description"] == "Gone for good."
    # The body is that of every failure.
    assert list(found["409"]["content"]) == ["application/problem+json"]


def test_adds_the_failures_of_bodies() -> None:
    assert not {"413", "415"} & set(finished()["responses"])
    assert {"413", "415"} <= set(finished(requestBody={})["responses"])


def test_adds_the_headers() -> None:
    found = finished(responses={"200": {"description": "Fine."}})["responses"]
    assert "ETag" in found["200"]["headers"]
    assert found["304"].get("content") is None
    for status in ("429", "503"):
        assert found[status]["headers"]["Retry-After"]["schema"]["type"] == "integer"
    assert "WWW-Authenticate" in found["401"]["headers"]
    assert "headers" not in found["404"]


class TestTidySchemas:
    def tidied(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        result = {"components": {"schemas": {name: schema}}}
        found: dict[str, Any] = tidy_schemas(result, None, None, None)["components"]["schemas"]
        return found[name]  # type: ignore[no-any-return]

    def test_puts_the_defaults_of_a_request_in_words(self) -> None:
        inner = {"properties": {"size": {"type": "integer", "default": 7}}}
        fields = {
            "loud": {"type": "boolean", "default": False, "description": "Whether."},
            "name": {"type": "string", "default": ""},
            "spec": {"type": "object", "default": {}, **inner},
        }
        found = self.tidied("PetRequest", {"properties": fields})["properties"]
        assert found["loud"]["description"] == "Whether. `false` if left out."
        assert "description" not in found["name"]
        assert found["spec"]["properties"]["size"]["description"] == "`7` if left out."
        assert "default" not in str(found)

    def test_keeps_the_defaults_of_a_reply(self) -> None:
        reply = {"properties": {"size": {"type": "integer", "default": 7}}}
        assert self.tidied("Pet", reply)["properties"]["size"]["default"] == 7

    def test_lets_a_reply_match_both_of_its_forms(self) -> None:
        forms = [{"$ref": "#/a"}, {"$ref": "#/b"}]
        assert self.tidied("Detail", {"oneOf": forms}) == {"anyOf": forms}


def test_adds_the_problem_schema() -> None:
    result = document_problems(document(), None, None, None)
    problem = result["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "code", "detail"}


def test_uses_the_first_sentence_as_the_summary() -> None:
    assert finished(description="Put a photo in. Twice is once.")["summary"] == "Put a photo in"
    assert finished(description="One line.\n\nMore.")["summary"] == "One line"
    assert finished(description="A. B.", summary="Mine")["summary"] == "Mine"
    assert finished()["summary"] == ""


class Mood(models.TextChoices):
    GOOD = "good", "Good"
    BAD = "bad", "Bad"


class Owner(TypedDict):
    """The owner of an animal."""

    id: Uuid


class PetSnapshot(TypedDict):
    """An animal."""

    name: Annotated[str, "What it is called."]
    mood: Annotated[str, Mood]
    kind: Literal["cat", "dog"]
    owner: Annotated[Owner | None, "Null for a stray."]
    friends: list[Owner]
    weight: float | None
    born_at: Moment | None
    tags: dict[str, int]
    more: Annotated[dict[str, Any], JsonSchema({"type": "object", "minProperties": 1})]


class PetSerializer(SnapshotSerializer[Any]):
    snapshot = PetSnapshot


class TestTypedDict:
    @pytest.fixture(params=[PetSnapshot, PetSerializer], ids=["itself", "serializer"])
    def schemas(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        """Return the components of a document with one view, which answers with a pet."""

        class PetView(APIView):
            @extend_schema(responses=request.param)
            def get(self, request: Request) -> Response:
                raise NotImplementedError

        generator: Any = SchemaGenerator
        patterns = [path("api/v1/pet/", PetView.as_view())]
        document: dict[str, Any] = generator(patterns=patterns).get_schema(None, public=True)
        found: dict[str, Any] = document["components"]["schemas"]
        return found

    def test_becomes_a_component_with_its_name(self, schemas: dict[str, Any]) -> None:
        pet = schemas["Pet"]
        assert pet["description"] == "An animal."
        assert pet["required"] == sorted(pet["properties"])
        assert "PetSnapshot" not in schemas

    def test_describes_each_field(self, schemas: dict[str, Any]) -> None:
        fields = schemas["Pet"]["properties"]
        assert fields["name"] == {"type": "string", "description": "What it is called."}
        assert fields["weight"] == {"type": ["number", "null"], "format": "double"}
        assert fields["born_at"] == {"type": ["string", "null"], "format": "date-time"}
        assert fields["tags"]["additionalProperties"] == {"type": "integer"}
        assert fields["more"] == {"type": "object", "minProperties": 1}

    def test_lists_the_choices(self, schemas: dict[str, Any]) -> None:
        assert schemas["MoodEnum"]["enum"] == ["good", "bad"]
        assert "`good` - Good" in schemas["MoodEnum"]["description"]
        assert schemas["KindEnum"] == {"type": "string", "enum": ["cat", "dog"]}

    def test_refers_to_the_components_inside(self, schemas: dict[str, Any]) -> None:
        fields, owner = schemas["Pet"]["properties"], {"$ref": "#/components/schemas/Owner"}
        assert fields["friends"] == {"type": "array", "items": owner}
        assert fields["owner"] == {
            "oneOf": [owner, {"type": "null"}],
            "description": "Null for a stray.",
        }
        assert schemas["Owner"]["properties"]["id"] == {"type": "string", "format": "uuid"}
