"""Requests that take effect once, however often the same request arrives."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import retry_deadlocks
from inference.models import Batch, Job
from inference.services.locks import lock_owner
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


@retry_deadlocks
def create_once(
    rows: "QuerySet[Row]",
    request: Request,
    *,
    check: Callable[[], None],
    create: Callable[[], Row],
) -> tuple[Row, bool]:
    """Return the row of `request` in `rows`, or a new row made by `create`; True when it is new.

    `check` raises if the request is refused. Raises JobConflict when another request uses the id.
    """
    if (row := _find(rows, request)) is not None:
        return row, False
    check()
    try:
        return _create(rows, request, create)
    except IntegrityError:
        # Another user's request took the id, or a style of this request was deleted.
        if (row := _find(rows, request)) is None:
            check()
            raise
        return row, False


@transaction.atomic
def _create(rows: "QuerySet[Row]", request: Request, create: Callable[[], Row]) -> tuple[Row, bool]:
    lock_owner(request.owner)
    # The same request may have been first while this one waited. An insert would find that out
    # too, but it waits for a worker that claims the row, and the worker waits for the owner's row.
    row = _find(rows, request)
    return (row, False) if row is not None else (create(), True)


def digest_of(asked: object) -> str:
    """Return a digest of the JSON value `asked`."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _find(rows: "QuerySet[Row]", request: Request) -> Row | None:
    row = rows.filter(pk=request.id).first()
    if row is not None and (row.owner_id, row.request_digest) != (request.owner.pk, request.digest):
        raise JobConflict(_("This id is already in use for a different request."))
    return row
