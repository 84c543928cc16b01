"""Pages by number read only the keys of what is before them."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from common.numbered_pages import numbered_page
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> list[str]:
    """Make eleven users and return their names in order."""
    names = [f"user-{number:02}" for number in range(11)]
    for name in names:
        make_user(name)
    return names


@pytest.mark.parametrize(
    ("asked", "number", "shown"),
    [
        ("", 1, slice(4)),
        ("?page=2", 2, slice(4, 8)),
        ("?page=3", 3, slice(8, 11)),
        ("?page=99", 3, slice(8, 11)),
        ("?page=x", 1, slice(4)),
    ],
)
def test_has_the_rows_of_its_number_in_order(
    names: list[str], asked: str, number: int, shown: slice
) -> None:
    rows = User.objects.order_by("username")
    page = numbered_page(RequestFactory().get(f"/{asked}"), rows, User.objects.all(), 4)
    assert [user.username for user in page.object_list] == names[shown]
    assert (page.number, page.paginator.num_pages, page.paginator.count) == (number, 3, 11)
    assert page.has_next() == (number < 3)


def test_reads_only_keys_before_it(names: list[str]) -> None:
    rows, request = User.objects.order_by("username"), RequestFactory().get("/?page=2")
    with CaptureQueriesContext(connection) as captured:
        numbered_page(request, rows, User.objects.all(), 4)
    skipping = [each["sql"] for each in captured if "OFFSET" in each["sql"]]
    assert len(skipping) == 1
    assert "username" not in skipping[0].partition("FROM")[0]


def test_leaves_out_what_is_deleted_meanwhile(names: list[str]) -> None:
    left = User.objects.exclude(username=names[1])
    rows, request = User.objects.order_by("username"), RequestFactory().get("/")
    page = numbered_page(request, rows, left, 4)
    assert [user.username for user in page.object_list] == [names[0], *names[2:4]]


def test_is_empty_without_rows() -> None:
    page = numbered_page(
        RequestFactory().get("/?page=5"), User.objects.order_by("pk"), User.objects.all(), 4
    )
    assert (list(page.object_list), page.number) == ([], 1)
