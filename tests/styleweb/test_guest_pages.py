"""What guests may open: all pages and files are asked.

The things belong to the guest, who has no account. Even so, each page answers as it answers anybody
who is not signed in, except for the few that are listed here.
"""

from typing import Any

import pytest
from django.test import Client

from tests.styleweb import test_page_access as pages
from tests.support.clients import read_out
from tests.support.factories import make_user
from tests.support.guests import browser_of, make_a_guest_of, world_of_guest
from tests.support.page_rows import MEDIA, PAGES, Row
from tests.support.page_things import make_world, needed
from tests.support.worlds import OUTSIDE, World, each_row, rolled_back, shared_world

pytestmark = pytest.mark.django_db
# Their answer to a guest is the answer to the owner.
OPEN = {
    *("studio", "studio-license", "trying-begin", "trying-delete"),
    *("job", "job-cancel", "job-stop", "job-retry", "job-materials"),
    *("photo-file", "job-preview", "job-result", "proof-tile", "sketch-file"),
}
world = shared_world(lambda names: world_of_guest(make_world(names), Client(REMOTE_ADDR=OUTSIDE)))


@pytest.mark.usefixtures("wakeups")
@each_row(PAGES + MEDIA, needed, pages.named)
def test_answers_as_to_nobody(row: Row, world: World) -> None:
    address = row.address.format(**world.things)
    answers: list[Any] = []
    for visitor in world.visitors.values():
        with rolled_back():
            answers.append(pages.ask(visitor.visit(), row, address))
            read_out(answers[-1])
    ours, nobodys = answers
    if row.name in OPEN:
        assert ours.status_code == row.owner
        return
    assert ours.status_code == nobodys.status_code
    assert ours.headers.get("Location") == nobodys.headers.get("Location")


def test_lists_only_pages_that_exist() -> None:
    assert {*pages.names()} >= OPEN


def test_opens_no_admin_page(client: Client) -> None:
    guest = make_a_guest_of(make_user("visitor"))
    answer = browser_of(guest, client).get("/admin/")
    assert answer.status_code == 302
