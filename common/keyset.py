"""Pages by the place of their first row: new and removed rows do not shift them, however deep.

A cursor holds the values that the last shown row is sorted by, so the same address shows the same
place again. Unlike the cursors of the framework, it holds all of them: thousands of rows may share
the first, such as the number of likes.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
LONGEST_CURSOR = 600


class CursorInvalid(Exception):
    """This server did not write the cursor, or wrote it for a list in another order."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and the cursors of the pages beside it; "" where there is none."""

    rows: list[Row]
    previous: str
    next: str


def keyset_page(
    rows: "QuerySet[Row]", ordering: Sequence[str], *, cursor: str, size: int
) -> Page[Row]:
    """Return `size` rows in this order, from the place that `cursor` names.

    `ordering` names columns that are never null. The last of them is different in each row. Raises
    `CursorInvalid`.
    """
    if not cursor:
        return _forward(rows, ordering, None, size)
    backward, place = _decoded(rows, ordering, cursor)
    if not backward:
        return _forward(rows, ordering, place, size)
    before = [_reversed(each) for each in ordering]
    found = list(rows.filter(_after(before, place)).order_by(*before)[: size + 1])
    if len(found) <= size:
        # The first page is always full, however many rows were before this place.
        return _forward(rows, ordering, None, size)
    shown = found[:size][::-1]
    return Page(shown, _encoded(shown[0], ordering, backward=True), _encoded(shown[-1], ordering))


def _forward(
    rows: "QuerySet[Row]", ordering: Sequence[str], place: list[Any] | None, size: int
) -> Page[Row]:
    after = rows if place is None else rows.filter(_after(ordering, place))
    found = list(after.order_by(*ordering)[: size + 1])
    shown = found[:size]
    return Page(
        shown,
        _encoded(shown[0], ordering, backward=True) if shown and place is not None else "",
        _encoded(shown[-1], ordering) if len(found) > size else "",
    )


def _after(ordering: Sequence[str], place: Sequence[Any]) -> Q:
    """Return the condition for the rows that come after `place` in this order."""
    names = [each.lstrip("-") for each in ordering]
    after = Q(pk__in=[])
    for index, each in enumerate(ordering):
        same = Q(**dict(zip(names[:index], place, strict=False)))
        side = "lt" if each.startswith("-") else "gt"
        after |= same & Q(**{f"{names[index]}__{side}": place[index]})
    # This follows from the above. It is said because a database can look it up in an index.
    side = "lte" if ordering[0].startswith("-") else "gte"
    return Q(**{f"{names[0]}__{side}": place[0]}) & after


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _encoded(row: Model, ordering: Sequence[str], *, backward: bool = False) -> str:
    values = [str(getattr(row, each.lstrip("-"))) for each in ordering]
    text = json.dumps([int(backward), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(rows: "QuerySet[Row]", ordering: Sequence[str], cursor: str) -> tuple[bool, list[Any]]:
    """Return whether the cursor leads backward, and the values of its place."""
    if len(cursor) > LONGEST_CURSOR:
        raise CursorInvalid
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        backward, *texts = json.loads(base64.b64decode(padded, altchars="-_", validate=True))
        fields = [rows.model._meta.get_field(each.lstrip("-")) for each in ordering]  # noqa: SLF001
        place: list[Any] = [
            field.to_python(str(text))  # type: ignore[union-attr]  # the names are of columns
            for field, text in zip(fields, texts, strict=True)
        ]
    except (ValueError, TypeError, ValidationError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error
    if None in place or backward not in {0, 1}:
        raise CursorInvalid
    return bool(backward), place
