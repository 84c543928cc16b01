"""How every page and media file answers HEAD, and strangers; and who may open the admin site."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import URLResolver, reverse

from accounts.models import User
from tests.styleweb.test_api_access import read_out
from tests.styleweb.test_page_access import (
    MADE,
    MEDIA,
    PAGES,
    Row,
    address_of,
    client_of,
    named,
)


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in PAGES + MEDIA if row.method == "get"], ids=named)
def test_answers_head_like_get(row: Row, users: dict[str, User | None]) -> None:
    owner = users["owner"]
    assert owner is not None
    address = address_of(row, owner)
    client = client_of(users["root"] if row.owner >= 400 else owner)
    get, head = client.get(address), client.head(address)
    read_out(get)
    assert (head.status_code, head.getvalue()) == (get.status_code, b"")
    assert set(head.headers) == set(get.headers)
    assert head["Content-Type"] == get["Content-Type"]


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in PAGES + MEDIA if "{" in row.address], ids=named)
def test_answers_strangers_as_if_it_did_not_exist(row: Row, bob: User) -> None:
    nothing = row.address.replace(":file", "").format(**dict.fromkeys(MADE, uuid4()))
    response = getattr(client_of(bob), row.method)(nothing)
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


@pytest.mark.django_db
def test_lets_only_the_staff_into_the_admin_site(users: dict[str, User | None]) -> None:
    addresses = list(admin_addresses())
    assert len(addresses) > 20
    for column in ("nobody", "owner", "stranger"):
        client = client_of(users[column])
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 302, (column, address)
            assert "/login/" in response["Location"] or address.endswith("/logout/")
