"""Refusals that name the field of the request that is wrong."""

from typing import ClassVar


class FieldRefused(Exception):
    """Something cannot be like this. `field` is the field of the request that is wrong."""

    code = "invalid"
    status: ClassVar[int] = 422
    sentence: ClassVar[object] = ""

    def __init__(self, field: str) -> None:
        super().__init__(self.sentence)
        self.field = field
