"""What guests may call: all operations of the API are asked.

The things belong to the guest, who has no account. Even so, each operation answers as it answers
anybody who is not signed in, except for the few that are listed here.
"""

import pytest
from rest_framework.test import APIClient

from tests.styleweb import test_api_access as api
from tests.support.clients import read_out
from tests.support.factories import make_user
from tests.support.guests import browser_of, make_a_guest_of, world_of_guest
from tests.support.routes import routes
from tests.support.things import THINGS
from tests.support.worlds import World, each_row, rolled_back, shared_world

pytestmark = pytest.mark.django_db
# Their answer to a guest is the answer to the owner.
OPEN = {
    ("api-photo-list", "post"),
    ("api-photo-detail", "get"),
    ("api-photo-file", "get"),
    ("api-proof-list", "post"),
    ("api-proof-detail", "get"),
    ("api-proof-cancel", "post"),
    ("api-proof-file", "get"),
    ("api-sketch-list", "post"),
    ("api-sketch-detail", "get"),
    ("api-sketch-detail", "delete"),
    ("api-sketch-file", "get"),
    ("api-job-detail", "get"),
    ("api-job-cancel", "post"),
    ("api-job-losses", "get"),
    ("api-estimates", "post"),
    ("api-events", "get"),
}
world = shared_world(lambda names: world_of_guest(api.make_world(names), APIClient()))


@pytest.mark.usefixtures("wakeups")
@each_row(api.MATRIX, api.needed, api.named)
def test_answers_as_to_nobody(row: api.Row, world: World) -> None:
    codes = []
    for visitor in world.visitors.values():
        with rolled_back():
            response = api.call(visitor.visit(), row, world.things)
            read_out(response)
            codes.append(response.status_code)
    ours, nobodys = codes
    assert ours == (row.owner if (row.route, row.method) in OPEN else nobodys)


def test_lists_only_operations_that_exist() -> None:
    assert set(routes()) >= OPEN


# The users of the table of access are still there, so these have other names.
def test_needs_the_token_of_the_form() -> None:
    client = APIClient(enforce_csrf_checks=True)
    browser_of(make_a_guest_of(make_user("ada")), client)
    answer = client.post("/api/v1/photos/", {}, format="multipart")
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf_failed"


def test_sees_nothing_of_another_guest() -> None:
    ada = make_user("ada")
    photo = THINGS["photo"](ada)
    job = THINGS["done"](ada)
    make_a_guest_of(ada)
    stranger = browser_of(make_a_guest_of(make_user("ben")), APIClient())
    for address in (
        f"/api/v1/photos/{photo}/",
        f"/media/photos/{photo}/original/",
        f"/api/v1/jobs/{job}/",
        f"/jobs/{job}/",
        f"/media/jobs/{job}/result/",
    ):
        assert stranger.get(address).status_code == 404, address
