"""Pages by the place of their first row, in both directions, with many equal values."""

import pytest

from accounts.models import User
from common.keyset import CursorInvalid, keyset_page
from library.models import Artist

pytestmark = pytest.mark.django_db
ORDER = ("-born", "name", "-id")


@pytest.fixture
def artists(alice: User) -> list[str]:
    """Return the names of artists in the order above. Many were born in the same year."""
    for number in range(30):
        Artist.objects.create(name=f"{number:02}", born=1800 + number % 2, owner=alice)
    return list(Artist.objects.order_by(*ORDER).values_list("name", flat=True))


def walk(*, size: int) -> tuple[list[str], list[str]]:
    """Return the names on all pages, forward and then backward."""
    rows = Artist.objects.all()
    forward: list[str] = []
    back: list[str] = []
    page = keyset_page(rows, ORDER, cursor="", size=size)
    assert not page.previous
    while True:
        forward += [row.name for row in page.rows]
        if not page.next:
            break
        page = keyset_page(rows, ORDER, cursor=page.next, size=size)
    while page.previous:
        page = keyset_page(rows, ORDER, cursor=page.previous, size=size)
        back = [*(row.name for row in page.rows), *back]
    return forward, back


@pytest.mark.parametrize("size", [1, 7, 10, 30, 50])
def test_shows_every_row_once(artists: list[str], size: int) -> None:
    forward, back = walk(size=size)
    assert forward == artists
    last = len(artists) % size or size
    if size == 10:
        assert back == artists[:-last]


def test_does_not_shift_when_rows_are_added_before(artists: list[str], alice: User) -> None:
    first = keyset_page(Artist.objects.all(), ORDER, cursor="", size=5)
    Artist.objects.create(name="new", born=1900, owner=alice)
    second = keyset_page(Artist.objects.all(), ORDER, cursor=first.next, size=5)
    assert [row.name for row in second.rows] == artists[5:10]


def test_fills_the_first_page_on_the_way_back(artists: list[str]) -> None:
    rows = Artist.objects.all()
    first = keyset_page(rows, ORDER, cursor="", size=5)
    second = keyset_page(rows, ORDER, cursor=first.next, size=5)
    Artist.objects.filter(name__in=artists[:3]).delete()
    back = keyset_page(rows, ORDER, cursor=second.previous, size=5)
    assert [row.name for row in back.rows] == artists[3:8]
    assert not back.previous


@pytest.mark.parametrize(
    "cursor", ["x", "WzBd", "W10", "!", "é", "W251bGwsMSwyLDNd", "x" * 700, "MQ", "[" * 500]
)
def test_refuses_a_cursor_of_another_list(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        keyset_page(Artist.objects.all(), ORDER, cursor=cursor, size=5)
