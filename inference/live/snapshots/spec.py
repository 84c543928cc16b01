"""The schema of a job's spec, which requests and replies share."""

from typing import Any

from style_transfer.core.spec import METHOD_INFOS


def spec_schema() -> dict[str, Any]:
    """Describe a spec as the union of the controls of all methods."""
    properties: dict[str, Any] = {"version": {"type": "integer", "minimum": 1}}
    for info in METHOD_INFOS.values():
        properties |= info.controls()["properties"]
    return {
        "type": "object",
        "description": "The controls of the method; what is left out has its default.",
        "properties": properties,
    }
