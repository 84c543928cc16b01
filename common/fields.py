"""Fields of requests that stop at their limit, before they look at what is inside.

DRF checks the length of a list after its items. A list of a hundred thousand wrong items would be
read to its end, and answered with a hundred thousand errors.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class BoundedListField(serializers.ListField):
    """A list whose length is checked before its items."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self._most = max_length

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the items. Fails if there are too many."""
        if isinstance(data, list) and len(data) > self._most:
            self.fail("max_length", max_length=self._most)
        items: list[Any] = super().to_internal_value(data)
        return items


class BoundedDictField(serializers.DictField):
    """An object with few fields, whose names are short because an error repeats them."""

    default_error_messages = {
        "max_fields": _("This object has too many fields. The limit is {max_fields}."),
        "long_name": _("A field name is too long. The limit is {max_name} characters."),
    }

    def __init__(self, *, max_fields: int = 50, max_name: int = 100, **options: Any) -> None:
        super().__init__(**options)
        self.max_fields, self._max_name = max_fields, max_name

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the fields. Fails if there are too many, or if a name is too long."""
        if isinstance(data, dict):
            if len(data) > self.max_fields:
                self.fail("max_fields", max_fields=self.max_fields)
            if any(len(str(name)) > self._max_name for name in data):
                self.fail("long_name", max_name=self._max_name)
        fields: dict[str, Any] = super().to_internal_value(data)
        return fields
