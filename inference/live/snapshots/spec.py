"""The schema of a job's spec, which requests and replies share."""

from typing import Any

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.controls import controls_of


def spec_schema() -> dict[str, Any]:
    """Describe a spec as the union of the controls of all methods."""
    properties: dict[str, Any] = {"version": {"type": "integer", "minimum": 1}}
    for info in METHOD_INFOS.values():
        properties |= controls_of(info)["properties"]
    return {
        "type": "object",
        "description": "The controls of the method; what is left out has its default.",
        "properties": properties,
    }
