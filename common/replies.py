"""Types for replies. Each reply is declared once, as a TypedDict.

The type checker and the OpenAPI document (common/openapi.py) read this declaration. `Annotated`
adds details to a field: a string is its description, `JsonSchema` adds keys to its schema, and
Django choices list its values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any


# Compared by identity: `Annotated` needs notes with a hash, and a dict has no hash.
@dataclass(frozen=True, eq=False)
class JsonSchema:
    """Keys of JSON Schema that do not follow from the type of a field."""

    keys: Mapping[str, Any]


Uuid = Annotated[str, JsonSchema({"format": "uuid"})]
Moment = Annotated[str, JsonSchema({"format": "date-time"})]
Slug = Annotated[str, JsonSchema({"pattern": "^[-a-zA-Z0-9_]+$"})]
