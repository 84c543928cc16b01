"""Who may open what, outside the API: one row for every page and media file.

The rows are compared with the addresses of the site, so an address without a row fails here.
test_api_access.py, test_socket_access.py and test_page_answers.py have the rest.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from styleweb.urls import urlpatterns
from tests.support.clients import read_out
from tests.support.page_rows import MEDIA, PAGES, SIGN_IN, Row
from tests.support.page_things import make_world, needed
from tests.support.worlds import World, each_row, rolled_back, shared_world

BODY = {"license": "CC0-1.0"}


def names(patterns: list[Any] = urlpatterns) -> Iterator[str]:
    """Yield the name of each address outside the API and the admin site."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in {"api/v1/", "admin/"}:
                yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name)


def ask(client: Client, row: Row, address: str) -> Any:
    return client.get(address) if row.method == "get" else client.post(address, BODY)


def named(row: Row) -> str:
    return f"{row.method}-{row.address}"


world = shared_world(make_world)
# Open to all who have the link, or made new for each of them.
KEPT_BY_NOBODY = {"share-file", "share-archive", "gallery-archive"}


def test_has_a_row_for_every_address() -> None:
    rows = {row.name for row in PAGES + MEDIA}
    # A middleware answers the health checks, before the addresses of the site are read.
    assert rows == {*names(), "healthz", "readyz"}


@pytest.mark.django_db
@pytest.mark.usefixtures("wakeups")
@each_row(PAGES + MEDIA, needed, named)
def test_answers_each_user(row: Row, world: World) -> None:
    address = row.address.format(**world.things)
    for column, visitor in world.visitors.items():
        with rolled_back():
            response: Any = ask(visitor.visit(), row, address)
            assert response.status_code == getattr(row, column), column
            leads_home = {"set_language", "account_logout", "trying-delete"}
            if column == "nobody" and response.status_code == 302 and row.name not in leads_home:
                assert response["Location"].startswith(SIGN_IN)
            if row in MEDIA and response.status_code == 200:
                is_public = row.nobody == 200 and row.name not in KEPT_BY_NOBODY
                kept_by = "public" if is_public else "private, no-store"
                assert response["Cache-Control"].startswith(kept_by)
            read_out(response)
