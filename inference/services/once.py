"""Requests that take effect once, however often the same request arrives."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Batch, Job
from inference.services.refusals import JobConflict

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", Job, Batch)


@dataclass(frozen=True)
class Request:
    """The id of a request, the user who makes it, and a digest of everything in it."""

    id: UUID
    owner: User
    digest: str


def create_once(
    rows: "QuerySet[Row]", request: Request, create: Callable[[], Row]
) -> tuple[Row, bool]:
    """Return the row of `request` in `rows`, or a new row made by `create`; True when it is new.

    Raises JobConflict when another request uses the id.
    """
    if (row := _find(rows, request)) is not None:
        return row, False
    try:
        return create(), True
    except IntegrityError:
        # The same request arrived twice at once, and the other one was first.
        if (row := _find(rows, request)) is None:
            raise
        return row, False


def digest_of(asked: object) -> str:
    """Return a digest of the JSON value `asked`."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _find(rows: "QuerySet[Row]", request: Request) -> Row | None:
    row = rows.filter(pk=request.id).first()
    if row is not None and (row.owner_id, row.request_digest) != (request.owner.pk, request.digest):
        raise JobConflict(_("This id is already in use for a different request."))
    return row
