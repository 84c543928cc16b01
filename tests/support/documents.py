"""Checks for tests that the OpenAPI document describes the answers of the API."""

from collections.abc import Mapping
from typing import Any

from common.openapi import whole_document


def component(name: str) -> dict[str, Any]:
    """Return the schema of a component of the document."""
    found: dict[str, Any] = whole_document()["components"]["schemas"][name]
    return found


def assert_described(value: object, schema: Mapping[str, Any], at: str = "") -> None:
    """Check that `schema` names exactly the fields of `value` and of its nested values."""
    for choice in (*schema.get("oneOf", ()), *schema.get("allOf", ())):
        if "$ref" in choice and value is not None:
            assert_described(value, choice, at)
    if "$ref" in schema:
        assert_described(value, component(schema["$ref"].rpartition("/")[2]), at)
    elif isinstance(value, list) and "items" in schema:
        for each in value:
            assert_described(each, schema["items"], f"{at}[]")
    elif isinstance(value, Mapping) and "required" in schema:
        assert set(value) == set(schema["properties"]) == set(schema["required"]), at
        for name, part in value.items():
            assert_described(part, schema["properties"][name], f"{at}.{name}")
