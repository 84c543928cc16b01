"""Types for replies that are declared once, as a TypedDict.

The type checker reads the declaration, and so does the OpenAPI document (common/openapi.py). A
field says more about itself in `Annotated`: a string describes it, `JsonSchema` adds keys to its
schema, and Django choices name its values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any


# Compared by identity, because `Annotated` needs notes that have a hash and a dict has none.
@dataclass(frozen=True, eq=False)
class JsonSchema:
    """Keys of JSON Schema that the type of a field does not imply."""

    keys: Mapping[str, Any]


Uuid = Annotated[str, JsonSchema({"format": "uuid"})]
Moment = Annotated[str, JsonSchema({"format": "date-time"})]
Slug = Annotated[str, JsonSchema({"pattern": "^[-a-zA-Z0-9_]+$"})]
