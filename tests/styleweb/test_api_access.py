"""Who may call what: one row for every route and method, with five clients.

The table is compared with the router, so a route without a row fails here.
"""

from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.clients import ALL_SCOPES, app_of, bearer, read_out, session_of
from tests.support.factories import (
    PASSWORD,
    make_picture,
    make_style,
    make_user,
    picture_bytes,
)
from tests.support.routes import METHODS, routes
from tests.support.things import NO_THINGS, THINGS
from tests.support.worlds import Visitor, World, each_row, no_things, rolled_back, shared_world

pytestmark = pytest.mark.django_db

FAVORITE, FAVORITE_STYLE = "api-favorite-artwork-detail", "api-favorite-style-detail"
FORMS = {f"api-{name}-list" for name in ("photo", "mask", "style")}
FORMS |= {"api-transfer", "api-artwork-upload", "api-verify"}


class Row(NamedTuple):
    """A call, and its status for five clients.

    `owner` and `stranger` are users with a session; the stranger owns nothing. `nobody` is an
    anonymous client. `app` is an app of the owner with every scope. `other` is an app of the owner
    with every scope except the one that the call needs.
    """

    route: str
    method: str
    address: str
    owner: int
    stranger: int
    nobody: int
    app: int
    other: int


# The addresses name objects of the owner. THINGS has the names in braces.
MATRIX = [
    Row("api-register", "post", "auth/register/", 201, 201, 201, 201, 201),
    Row("api-login", "post", "auth/login/", 201, 201, 201, 201, 201),
    Row("api-logout", "post", "auth/logout/", 204, 204, 401, 204, 204),
    Row("api-events", "get", "events/", 200, 200, 401, 200, 403),
    Row("api-ws-tickets", "post", "ws-tickets/", 201, 201, 401, 201, 403),
    Row("api-me", "get", "me/", 200, 200, 401, 200, 200),
    Row("api-me", "patch", "me/", 200, 200, 401, 403, 403),
    Row("api-avatar", "put", "me/avatar/", 204, 422, 401, 403, 403),
    Row("api-avatar", "delete", "me/avatar/", 204, 204, 401, 403, 403),
    Row("api-person", "get", "people/alice/", 200, 404, 404, 200, 200),
    Row("api-person", "get", "people/alice/?{public}", 200, 200, 200, 200, 200),
    Row("api-usage", "get", "me/usage/", 200, 200, 401, 200, 403),
    Row("api-queue", "get", "queue/", 200, 200, 401, 200, 403),
    Row("api-token-list", "get", "tokens/", 200, 200, 401, 403, 403),
    Row("api-token-list", "post", "tokens/", 201, 201, 401, 403, 403),
    Row("api-token-detail", "delete", "tokens/{token}/", 204, 404, 401, 403, 403),
    Row("api-capabilities", "get", "capabilities/", 200, 200, 200, 200, 200),
    Row("api-methods", "get", "methods/", 200, 200, 200, 200, 200),
    Row("api-method", "get", "methods/optimize/", 200, 200, 200, 200, 200),
    Row("api-licenses", "get", "licenses/", 200, 200, 200, 200, 200),
    Row("api-evaluation", "post", "licenses/evaluate/", 200, 200, 200, 200, 200),
    Row("api-schema", "get", "schema/", 200, 200, 200, 200, 200),
    Row("api-docs", "get", "docs/", 200, 200, 200, 200, 200),
    Row("api-style-list", "get", "styles/", 200, 200, 200, 200, 200),
    Row("api-style-detail", "get", "styles/great-wave/", 200, 200, 200, 200, 200),
    Row("api-style-detail", "get", "styles/sketch/", 404, 404, 404, 404, 404),
    Row("api-style-list", "get", "styles/?owner=me", 200, 200, 401, 200, 403),
    Row("api-style-list", "post", "styles/", 201, 201, 401, 201, 403),
    Row("api-style-detail", "get", "styles/{style}/", 200, 404, 404, 200, 404),
    Row("api-style-detail", "patch", "styles/{style}/", 200, 404, 401, 200, 403),
    Row("api-style-detail", "delete", "styles/{style}/", 204, 404, 401, 204, 403),
    Row("api-style-offer", "post", "styles/{style}/offer/", 200, 404, 401, 200, 403),
    Row("api-style-offer", "delete", "styles/{style}/offer/", 200, 404, 401, 200, 403),
    Row("api-style-file", "get", "styles/{style}/file/", 200, 404, 404, 200, 404),
    Row("api-style-file", "get", "styles/great-wave/file/", 200, 200, 200, 200, 200),
    Row("api-style-detail", "patch", "styles/great-wave/", 403, 403, 401, 403, 403),
    Row("api-style-detail", "delete", "styles/great-wave/", 403, 403, 401, 403, 403),
    Row("api-style-offer", "post", "styles/great-wave/offer/", 403, 403, 401, 403, 403),
    Row("api-photo-list", "get", "photos/", 200, 200, 401, 200, 403),
    Row("api-photo-list", "post", "photos/", 201, 201, 401, 201, 403),
    Row("api-photo-detail", "get", "photos/{photo}/", 200, 404, 401, 200, 403),
    Row("api-photo-detail", "delete", "photos/{photo}/", 204, 404, 401, 204, 403),
    Row("api-photo-file", "get", "photos/{photo}/file/", 200, 404, 401, 200, 403),
    Row("api-mask-list", "get", "masks/", 200, 200, 401, 200, 403),
    Row("api-mask-list", "post", "masks/", 201, 422, 401, 201, 403),
    Row("api-mask-detail", "get", "masks/{mask}/", 200, 404, 401, 200, 403),
    Row("api-mask-detail", "delete", "masks/{mask}/", 204, 404, 401, 204, 403),
    Row("api-mask-file", "get", "masks/{mask}/file/", 200, 404, 401, 200, 403),
    Row("api-estimates", "post", "estimates/", 200, 422, 401, 200, 403),
    Row("api-transfer", "post", "transfer/", 202, 202, 401, 202, 403),
    Row("api-verify", "post", "verify/", 200, 200, 200, 200, 200),
    Row("api-job-list", "get", "jobs/", 200, 200, 401, 200, 403),
    Row("api-job-list", "post", "jobs/", 201, 422, 401, 201, 403),
    Row("api-job-detail", "get", "jobs/{job}/", 200, 404, 401, 200, 403),
    Row("api-job-detail", "put", "jobs/{fresh}/", 201, 422, 401, 201, 403),
    Row("api-job-detail", "delete", "jobs/{job}/", 204, 404, 401, 204, 403),
    Row("api-job-cancel", "post", "jobs/{job}/cancel/", 200, 404, 401, 200, 403),
    Row("api-job-stop", "post", "jobs/{job}/stop/", 409, 404, 401, 409, 403),
    Row("api-job-retry", "post", "jobs/{canceled}/retry/", 201, 404, 401, 201, 403),
    Row("api-job-go-on", "post", "jobs/{done}/continue/", 409, 404, 401, 409, 403),
    Row("api-batch-list", "post", "batches/", 201, 422, 401, 201, 403),
    Row("api-batch-detail", "get", "batches/{batch}/", 200, 404, 401, 200, 403),
    Row("api-batch-cancel", "post", "batches/{batch}/cancel/", 200, 404, 401, 200, 403),
    Row("api-job-file", "get", "jobs/{done}/file/", 200, 404, 401, 200, 403),
    Row("api-development", "get", "jobs/{done}/development/", 200, 404, 401, 200, 403),
    Row("api-development", "put", "jobs/{done}/development/", 200, 404, 401, 200, 403),
    Row("api-revision-list", "get", "jobs/{done}/revisions/", 200, 404, 401, 200, 403),
    Row("api-revision-list", "post", "jobs/{made}/revisions/", 202, 404, 401, 202, 403),
    Row("api-revision-detail", "get", "jobs/{revision}/", 200, 404, 401, 200, 403),
    Row("api-revision-detail", "delete", "jobs/{revision}/", 204, 404, 401, 204, 403),
    Row("api-revision-file", "get", "jobs/{revision}/file/", 200, 404, 401, 200, 403),
    Row("api-job-report", "get", "jobs/{done}/report/", 200, 404, 401, 200, 403),
    Row("api-job-losses", "get", "jobs/{done}/losses/", 200, 404, 401, 200, 403),
    Row("api-proof-list", "post", "proofs/", 202, 422, 401, 202, 403),
    Row("api-proof-detail", "get", "proofs/{sheet}/", 200, 404, 401, 200, 403),
    Row("api-proof-cancel", "post", "proofs/{sheet}/cancel/", 200, 404, 401, 200, 403),
    Row("api-proof-file", "get", "proofs/{sheet}/file/?style=tried", 200, 404, 401, 200, 403),
    Row("api-sketch-list", "post", "sketches/", 202, 422, 401, 202, 403),
    Row("api-sketch-detail", "get", "sketches/{sketch}/", 200, 404, 401, 200, 403),
    Row("api-sketch-detail", "delete", "sketches/{sketch}/", 204, 404, 401, 204, 403),
    Row("api-sketch-file", "get", "sketches/{sketch}/file/", 200, 404, 401, 200, 403),
    Row("api-artwork-list", "get", "artworks/", 200, 200, 401, 200, 403),
    Row("api-artwork-list", "post", "artworks/", 201, 422, 401, 201, 403),
    Row("api-artwork-archive", "post", "artworks/archive/", 200, 422, 401, 200, 403),
    Row("api-artwork-upload", "post", "artworks/upload/", 201, 201, 401, 201, 403),
    Row("api-artwork-detail", "get", "artworks/{private}/", 200, 404, 404, 200, 403),
    Row("api-artwork-detail", "patch", "artworks/{private}/", 200, 404, 401, 200, 403),
    Row("api-artwork-detail", "delete", "artworks/{private}/", 204, 404, 401, 204, 403),
    Row("api-artwork-publish", "post", "artworks/{private}/publish/", 200, 404, 401, 200, 403),
    Row("api-artwork-unpublish", "post", "artworks/{private}/unpublish/", 200, 404, 401, 200, 403),
    Row("api-artwork-file", "get", "artworks/{private}/file/", 200, 404, 404, 200, 403),
    Row("api-artwork-restore", "post", "artworks/{trashed}/restore/", 200, 404, 401, 200, 403),
    Row("api-artwork-restore", "post", "artworks/{public}/restore/", 200, 404, 401, 200, 403),
    Row("api-artwork-detail", "get", "artworks/{trashed}/", 404, 404, 404, 404, 403),
    Row("api-artwork-file", "get", "artworks/{trashed}/file/", 404, 404, 404, 404, 403),
    Row("api-notice-list", "get", "notices/", 200, 200, 401, 200, 403),
    Row("api-notice-mail", "get", "notices/mail/", 200, 200, 401, 200, 403),
    Row("api-notice-mail", "patch", "notices/mail/", 200, 200, 401, 200, 403),
    Row("api-notice-read-all", "post", "notices/read/", 204, 204, 401, 204, 403),
    Row("api-notice-read", "post", "notices/{notice}/read/", 200, 404, 401, 200, 403),
    Row("api-artwork-trash-list", "get", "artworks/trash/", 200, 200, 401, 200, 403),
    Row("api-artwork-trash-empty", "post", "artworks/trash/empty/", 204, 204, 401, 204, 403),
    Row("api-artwork-trash-detail", "delete", "artworks/trash/{trashed}/", 204, 404, 401, 204, 403),
    Row("api-artwork-trash-detail", "delete", "artworks/trash/{private}/", 404, 404, 401, 404, 403),
    Row("api-artwork-trash-file", "get", "artworks/trash/{trashed}/file/", 200, 404, 401, 200, 403),
    Row("api-artwork-shown", "put", "artworks/{developed}/shown/", 200, 404, 401, 200, 403),
    Row("api-artwork-credits", "get", "artworks/{private}/credits/", 200, 404, 404, 200, 403),
    Row("api-artwork-credits", "get", "artworks/{public}/credits/", 200, 200, 200, 200, 403),
    Row("api-artwork-materials", "get", "artworks/{private}/materials/", 200, 404, 404, 200, 403),
    Row("api-artwork-materials", "get", "artworks/{public}/materials/", 200, 200, 200, 200, 403),
    Row("api-artwork-detail", "get", "artworks/{public}/", 200, 200, 200, 200, 403),
    Row("api-artwork-detail", "patch", "artworks/{public}/", 200, 403, 401, 200, 403),
    Row("api-artwork-detail", "delete", "artworks/{public}/", 204, 403, 401, 204, 403),
    Row("api-artwork-publish", "post", "artworks/{public}/publish/", 200, 403, 401, 200, 403),
    Row("api-artwork-unpublish", "post", "artworks/{public}/unpublish/", 200, 403, 401, 200, 403),
    Row("api-artwork-file", "get", "artworks/{public}/file/", 200, 200, 200, 200, 403),
    Row("api-gallery-list", "get", "galleries/", 200, 200, 401, 200, 403),
    Row("api-gallery-list", "post", "galleries/", 201, 201, 401, 201, 403),
    Row("api-gallery-detail", "get", "galleries/{gallery}/", 200, 404, 404, 200, 403),
    Row("api-gallery-detail", "patch", "galleries/{gallery}/", 200, 404, 401, 200, 403),
    Row("api-gallery-detail", "delete", "galleries/{gallery}/", 204, 404, 401, 204, 403),
    Row("api-gallery-items", "get", "galleries/{gallery}/items/", 200, 404, 404, 200, 403),
    Row("api-gallery-items", "put", "galleries/{gallery}/items/", 200, 404, 401, 200, 403),
    Row("api-gallery-items", "post", "galleries/{gallery}/items/", 200, 404, 401, 200, 403),
    Row("api-gallery-restore", "post", "galleries/{ended}/restore/", 200, 404, 401, 200, 403),
    Row("api-gallery-restore", "post", "galleries/{open}/restore/", 200, 404, 401, 200, 403),
    Row("api-gallery-detail", "get", "galleries/{ended}/", 404, 404, 404, 404, 403),
    Row("api-gallery-trash-list", "get", "galleries/trash/", 200, 200, 401, 200, 403),
    Row("api-gallery-trash-empty", "post", "galleries/trash/empty/", 204, 204, 401, 204, 403),
    Row("api-gallery-trash-detail", "delete", "galleries/trash/{ended}/", 204, 404, 401, 204, 403),
    Row("api-gallery-detail", "get", "galleries/{open}/", 200, 200, 200, 200, 403),
    Row("api-gallery-detail", "patch", "galleries/{open}/", 200, 403, 401, 200, 403),
    Row("api-gallery-detail", "delete", "galleries/{open}/", 204, 403, 401, 204, 403),
    Row("api-gallery-items", "get", "galleries/{open}/items/", 200, 200, 200, 200, 403),
    Row("api-gallery-archive", "get", "galleries/{gallery}/archive/", 422, 404, 404, 422, 403),
    Row("api-gallery-archive", "get", "galleries/{filled}/archive/", 200, 200, 200, 200, 403),
    Row("api-gallery-items", "put", "galleries/{open}/items/", 200, 403, 401, 200, 403),
    Row("api-gallery-items", "post", "galleries/{open}/items/", 200, 403, 401, 200, 403),
    Row("api-like", "put", "likes/{public}/", 403, 200, 401, 403, 403),
    Row("api-like", "delete", "likes/{public}/", 204, 204, 401, 204, 403),
    Row("api-like", "put", "likes/{private}/", 403, 404, 401, 403, 403),
    Row("api-favorite-artwork-list", "get", "favorites/artworks/", 200, 200, 401, 200, 403),
    Row(FAVORITE, "put", "favorites/artworks/{public}/", 204, 204, 401, 204, 403),
    Row(FAVORITE, "put", "favorites/artworks/{private}/", 204, 404, 401, 204, 403),
    Row(FAVORITE, "delete", "favorites/artworks/{public}/", 204, 204, 401, 204, 403),
    Row("api-favorite-style-list", "get", "favorites/styles/", 200, 200, 401, 200, 403),
    Row(FAVORITE_STYLE, "put", "favorites/styles/great-wave/", 204, 204, 401, 204, 403),
    Row(FAVORITE_STYLE, "put", "favorites/styles/{style}/", 204, 404, 401, 204, 403),
    Row(FAVORITE_STYLE, "delete", "favorites/styles/{style}/", 204, 204, 401, 204, 403),
    Row("api-share-list", "get", "shares/", 200, 200, 401, 200, 403),
    Row("api-share-list", "post", "shares/", 201, 422, 401, 201, 403),
    Row("api-share-detail", "get", "shares/{share}/", 200, 404, 401, 200, 403),
    Row("api-share-detail", "patch", "shares/{share}/", 200, 404, 401, 200, 403),
    Row("api-share-detail", "delete", "shares/{share}/", 204, 404, 401, 204, 403),
    Row("api-shared", "get", "public/shares/{shared}/", 200, 200, 200, 200, 200),
    Row("api-shared-items", "get", "public/shares/{shared}/items/", 200, 200, 200, 200, 200),
    Row("api-shared-file", "get", "public/shares/{shared}/file/", 200, 200, 200, 200, 200),
    Row("api-shared-materials", "get", "public/shares/{shared}/materials/", *[200] * 5),
    Row("api-shared-archive", "get", "public/shares/{shared_gallery}/archive/", *[200] * 5),
    Row("api-shared-unlock", "post", "public/shares/{shared}/unlock/", 200, 200, 200, 200, 200),
    Row("api-public-gallery-list", "get", "public/galleries/", 200, 200, 200, 200, 200),
    Row("api-public-artwork-list", "get", "public/artworks/", 200, 200, 200, 200, 200),
]
SCOPE_OF = {
    ("events", True): "jobs:read",
    ("photos", True): "photos:read",
    ("photos", False): "photos:write",
    ("masks", True): "photos:read",
    ("masks", False): "photos:write",
    ("styles", True): "styles:read",
    ("styles", False): "styles:write",
    ("transfer", False): "photos:write",
    ("jobs", True): "jobs:read",
    ("jobs", False): "jobs:write",
    ("ws-tickets", False): "jobs:read",
    ("me", True): "jobs:read",
    ("queue", True): "jobs:read",
    ("estimates", False): "jobs:read",
    ("batches", True): "jobs:read",
    ("batches", False): "jobs:write",
    ("proofs", True): "jobs:read",
    ("sketches", True): "jobs:read",
    ("sketches", False): "jobs:write",
    ("proofs", False): "jobs:write",
    ("galleries", True): "galleries:read",
    ("galleries", False): "galleries:write",
    ("favorites", True): "favorites:read",
    ("favorites", False): "favorites:write",
    ("likes", False): "favorites:write",
    ("shares", True): "shares:read",
    ("shares", False): "shares:write",
    ("notices", True): "artworks:read",
    ("notices", False): "artworks:write",
    ("artworks", True): "artworks:read",
    ("artworks", False): "artworks:write",
}
CALLERS = ("owner", "stranger", "nobody", "app", "other")


OF_PHOTOS = ("mask-list", "estimates", "job-list", "job-detail", "proof-list", "sketch-list")
BODY_NEEDS = {
    **dict.fromkeys([f"api-{name}" for name in (*OF_PHOTOS, "batch-list")], "photo"),
    "api-artwork-list": "done",
    **dict.fromkeys(("api-gallery-items", "api-share-list", "api-artwork-archive"), "private"),
    "api-avatar": "public",
}


def needed(row: Row) -> frozenset[str]:
    """Return the names of the things that the address and the body of a row name."""
    names = {name for name in THINGS if f"{{{name}}}" in row.address}
    if row.method in {"post", "put"} and row.route in BODY_NEEDS:
        names.add(BODY_NEEDS[row.route])
    return frozenset(names)


def make_world(names: frozenset[str]) -> World:
    """Make the users, and the things of the owner."""
    owner, stranger = make_user("alice"), make_user("bob")
    make_style("great-wave")
    make_style("sketch", state="draft")
    clients = {
        "owner": session_of(owner),
        "stranger": session_of(stranger),
        "nobody": APIClient(),
        "app": app_of(owner),
    }
    things = NO_THINGS | {name: THINGS[name](owner) for name in THINGS if name in names}
    return World({name: Visitor(client) for name, client in clients.items()}, things)


def a_file() -> SimpleUploadedFile:
    """Return a picture as a form sends it."""
    return SimpleUploadedFile("a.png", picture_bytes(make_picture()))


def body_of(row: Row, things: dict[str, Any]) -> dict[str, Any]:
    """Return a valid body for the call."""
    job = {"photo": str(things["photo"]), "styles": [{"style": "great-wave"}]}
    bodies: dict[str, dict[str, Any]] = {
        "api-register": {"username": "carol", "email": "carol@x.org", "password": PASSWORD},
        "api-login": {"login": "alice", "password": PASSWORD},
        "api-token-list": {"name": "new", "scopes": ["photos:read"], "password": PASSWORD},
        "api-me": {"display_name": "A."},
        "api-evaluation": {"styles": ["great-wave"]},
        "api-style-list": {"file": a_file()},
        "api-style-detail": {"title": "Barn"},
        "api-photo-list": {"file": a_file()},
        "api-mask-list": {"photo": str(things["photo"]), "file": a_file()},
        "api-transfer": {"content": a_file(), "style": "great-wave"},
        "api-artwork-upload": {"file": a_file(), "rights": "own-work"},
        "api-verify": {"file": a_file()},
        "api-estimates": job,
        "api-job-list": job,
        "api-sketch-list": job,
        "api-job-detail": job,
        "api-batch-list": {"photos": [str(things["photo"])], "styles": ["great-wave"]},
        "api-proof-list": {"photo": str(things["photo"])},
        "api-development": {"revision": None},
        "api-revision-list": {"strength": 0.5, "color": "content"},
        "api-artwork-shown": {"revision": None},
        "api-artwork-list": {"job": str(things["done"])},
        "api-artwork-detail": {"title": "Night"},
        "api-artwork-publish": {"license": "CC0-1.0"},
        "api-avatar": {"artwork": str(things["public"])},
        "api-gallery-list": {"title": "Sea"},
        "api-share-list": {"artwork": str(things["private"])},
        "api-share-detail": {"shows_photo": True},
        "api-shared-unlock": {"password": "sea and sky"},
        "api-gallery-detail": {"title": "Lakes"},
        "api-gallery-items": {"artworks": [str(things["private"])], "version": 1},
        "api-artwork-archive": {"artworks": [str(things["private"])]},
    }
    return bodies.get(row.route, {}) if row.method != "get" else {}


def needed_scope(row: Row) -> str:
    """Return the scope that the call needs, or an empty string."""
    # The ids of an archive are in a body, but nothing is written.
    reads = row.method == "get" or row.route == "api-artwork-archive"
    return SCOPE_OF.get((row.address.split("/")[0], reads), "")


world = shared_world(make_world)


def client_of(caller: str, row: Row, found: World) -> APIClient:
    """Return the client of a column."""
    if caller == "other":
        return app_of(User.objects.get(username="alice"), *{*ALL_SCOPES} - {needed_scope(row)})
    client: APIClient = found.visitors[caller].visit()
    return client


def call(client: APIClient, row: Row, things: dict[str, Any], **headers: str) -> Any:
    """Make the call."""
    address = "/api/v1/" + row.address.format(**things)
    multipart = row.route in FORMS and row.method == "post"
    kind = {"format": "multipart" if multipart else "json"} if row.method != "get" else {}
    body = body_of(row, things) or None
    return getattr(client, row.method)(address, body, headers=headers, **kind)


def named(row: Row) -> str:
    """Return the name of a row in the test report."""
    return f"{row.method}-{row.address}"


def test_has_a_row_for_every_route() -> None:
    assert {(row.route, row.method) for row in MATRIX} == set(routes())


@each_row(MATRIX, needed, named)
def test_answers_each_caller(row: Row, world: World) -> None:
    for caller in CALLERS:
        # The changes of one client are rolled back before the next client calls.
        with rolled_back():
            response = call(client_of(caller, row, world), row, world.things)
            read_out(response)
            assert response.status_code == getattr(row, caller), (caller, response.getvalue())
            if response.status_code >= 400:
                assert response["Content-Type"] == "application/problem+json"
            if response.status_code == 401:
                assert response["WWW-Authenticate"].startswith("Bearer")


@no_things()
@pytest.mark.parametrize("row", MATRIX, ids=named)
def test_refuses_a_revoked_token_everywhere(row: Row, world: World) -> None:
    response = call(bearer("sw_revoked"), row, world.things)
    # These two need no valid token.
    assert response.status_code == (201 if row.route in {"api-login", "api-register"} else 401)


@pytest.mark.parametrize("row", MATRIX, ids=named)
def test_answers_a_wrong_method_before_anything_else(row: Row) -> None:
    known = {method for route, method in routes() if route == row.route}
    wrong = next(name for name in METHODS if name not in known)
    response = getattr(APIClient(), wrong)("/api/v1/" + row.address.format(**NO_THINGS))
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("address", ["", "photos", "nothing/", "jobs/x/", "tokens/1/", "v2/"])
def test_answers_other_addresses_with_a_problem(address: str) -> None:
    response = APIClient().get(f"/api/v1/{address}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
