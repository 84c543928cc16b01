"""Tests of sketches in the API: the body of a job, small and soon, for the owner only."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from inference.models import Photo, Sketch
from tests.support.clients import assert_problem, sent_file, session_of
from tests.support.documents import assert_described, component
from tests.support.factories import make_photo, make_sketch, make_style

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
SKETCHES = "/api/v1/sketches/"


@pytest.fixture
def photo(alice: User) -> Photo:
    """Return a photo of alice."""
    return make_photo(alice)


def test_waits_and_then_is_found_again(alice: User, photo: Photo) -> None:
    make_style("ink")
    body = {"photo": str(photo.pk), "styles": [{"style": "ink"}], "spec": {"strength": 0.5}}
    first = session_of(alice).post(SKETCHES, body)
    assert first.status_code == 202
    assert first["Location"] == f"{SKETCHES}{first.json()['id']}/"
    assert (first.json()["state"], first.json()["url"]) == ("queued", None)

    Sketch.objects.update(
        state="succeeded",
        file=default_storage.save("sketches/x.webp", ContentFile(b"a picture")),
        completed_at=photo.created_at,
        color_map={"matrix": [1.0] * 9},
    )
    again = session_of(alice).post(SKETCHES, body)

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert again.json()["url"] == f"/media/sketches/{first.json()['id']}/"
    assert again.json()["strength"] == 0.5


def test_describes_what_is_ready(alice: User, photo: Photo) -> None:
    sketch = make_sketch(photo=photo)
    response = session_of(alice).get(f"{SKETCHES}{sketch.pk}/")
    assert_described(response.json(), component("Sketch"))
    assert sent_file(session_of(alice).get(f"{SKETCHES}{sketch.pk}/file/"))


def test_says_which_methods_have_none(alice: User, photo: Photo) -> None:
    make_style("ink")
    body = {"photo": str(photo.pk), "styles": [{"style": "ink"}], "method": "gatys"}
    assert_problem(session_of(alice).post(SKETCHES, body), 422, "sketch_too_slow")


def test_ends_what_waits(alice: User, photo: Photo) -> None:
    sketch = make_sketch(photo=photo, ready=False)
    assert session_of(alice).delete(f"{SKETCHES}{sketch.pk}/").status_code == 204
    assert session_of(alice).get(f"{SKETCHES}{sketch.pk}/").status_code == 404
