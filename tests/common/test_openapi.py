"""The hooks that finish the OpenAPI document."""

from typing import Any

from common.openapi import document_problems, summarize


def document(**operation: Any) -> dict[str, Any]:
    """Return a document with one operation at an address with an id."""
    fields = {"responses": {"200": {"description": "Fine."}}, **operation}
    return {"paths": {"/photos/{id}/": {"get": fields, "parameters": []}}}


def finished(**operation: Any) -> dict[str, Any]:
    """Return that operation after both hooks."""
    result = summarize(document_problems(document(**operation), None, None, None), None, None, None)
    found: dict[str, Any] = result["paths"]["/photos/{id}/"]["get"]
    return found


def test_adds_what_every_operation_can_answer() -> None:
    assert {"200", "401", "404", "429"} <= set(finished()["responses"])


def test_adds_what_only_some_can_answer() -> None:
    assert "403" not in finished()["responses"]
    assert "403" in finished(security=[{"token": []}])["responses"]
    assert "422" not in finished()["responses"]
    assert "422" in finished(requestBody={})["responses"]
    assert "422" in finished(parameters=[{}])["responses"]


def test_keeps_what_a_view_said_itself() -> None:
    own = {"404": {"description": "Gone for good."}}
    assert finished(responses=own)["responses"]["404"] == own["404"]


def test_describes_the_problem_once() -> None:
    result = document_problems(document(), None, None, None)
    problem = result["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "code", "detail"}


def test_takes_the_first_sentence_for_a_headline() -> None:
    assert finished(description="Put a photo in. Twice is once.")["summary"] == "Put a photo in"
    assert finished(description="One line.\n\nMore.")["summary"] == "One line"
    assert finished(description="A. B.", summary="Mine")["summary"] == "Mine"
    assert finished()["summary"] == ""
