"""How every page and media file answers HEAD, and strangers; and who may open the admin site."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import URLResolver, reverse

from tests.styleweb.test_page_access import named
from tests.support.clients import read_out
from tests.support.page_rows import MEDIA, PAGES, Row
from tests.support.page_things import PAGE_THINGS, make_world, needed
from tests.support.worlds import World, each_row, no_things, shared_world

pytestmark = pytest.mark.django_db
world = shared_world(make_world)


@each_row([row for row in PAGES + MEDIA if row.method == "get"], needed, named)
def test_answers_head_like_get(row: Row, world: World) -> None:
    address = row.address.format(**world.things)
    client = world.visitors["root" if row.owner >= 400 else "owner"].visit()
    get, head = client.get(address), client.head(address)
    read_out(get)
    assert (head.status_code, head.getvalue()) == (get.status_code, b"")
    assert set(head.headers) == set(get.headers)
    assert head["Content-Type"] == get["Content-Type"]


@no_things()
@pytest.mark.parametrize("row", [row for row in PAGES + MEDIA if "{" in row.address], ids=named)
def test_answers_strangers_as_if_it_did_not_exist(row: Row, world: World) -> None:
    nothing = row.address.replace(":file", "").format(**dict.fromkeys(PAGE_THINGS, uuid4()))
    response = getattr(world.visitors["stranger"].visit(), row.method)(nothing)
    assert response.status_code == (403 if row.name.startswith("operators") else 404)


def admin_addresses() -> Iterator[str]:
    """Yield an address for each pattern of the admin site."""
    for pattern in admin.site.get_urls():
        inner: list[Any] = pattern.url_patterns if isinstance(pattern, URLResolver) else [pattern]
        for each in inner:
            if each.name in {"login", None}:
                continue
            arguments = ["1"] * each.pattern.regex.groups
            if each.name in {"view_on_site", "app_list"}:
                arguments = ["1", "1"] if each.name == "view_on_site" else ["gallery"]
            yield reverse(f"admin:{each.name}", args=arguments)


@no_things()
def test_lets_only_the_staff_into_the_admin_site(world: World) -> None:
    addresses = list(admin_addresses())
    assert len(addresses) > 20
    for column in ("nobody", "owner", "stranger"):
        client = world.visitors[column].visit()
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 302, (column, address)
            assert "/login/" in response["Location"] or address.endswith("/logout/")
