"""Tests of the estimate that an app shows before the user submits a job."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from inference.models import Job, Photo, Worker
from tests.support.clients import session_of
from tests.support.factories import make_job, make_photo, make_style

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/estimates/"


@pytest.fixture
def photo(alice: User) -> Photo:
    make_style("wave")
    return make_photo(alice)


def body(photo: Photo, **spec: Any) -> dict[str, Any]:
    return {"photo": str(photo.pk), "styles": [{"style": "wave"}], "spec": spec}


def test_predicts_and_makes_nothing(alice: User, photo: Photo) -> None:
    make_job(paint_p50=3.0, paint_p90=5.0)
    jobs = Job.objects.count()

    answer = session_of(alice).post(ADDRESS, body(photo, size=64))

    assert answer.status_code == 200
    told = answer.json()
    assert told["ahead"] == 1
    assert told["seconds"]["p50"] > told["painting"]["p50"] > 0
    assert told["seconds"]["p90"] > told["seconds"]["p50"]
    assert (told["basis"], told["device"], told["tiles"]) == ("guess", "cpu", 1)
    assert told["memory_mb"] > 0
    assert told["warnings"] == []
    assert Job.objects.count() == jobs


def test_predicts_several_pictures_until_the_last_is_done(alice: User, photo: Photo) -> None:
    one, six = (
        session_of(alice).post(ADDRESS, body(photo, size=64) | {"pictures": pictures}).json()
        for pictures in (1, 6)
    )
    assert six["painting"] == one["painting"]
    assert six["seconds"]["p50"] == pytest.approx(6 * one["painting"]["p50"], abs=0.5)


def test_shares_several_pictures_among_the_workers(alice: User, photo: Photo) -> None:
    asked = body(photo, size=64) | {"pictures": 6}
    alone = session_of(alice).post(ADDRESS, asked).json()["seconds"]["p50"]
    for name in ("one", "other"):
        Worker.objects.create(name=name, host="here", pid=1)
    shared = session_of(alice).post(ADDRESS, asked).json()["seconds"]["p50"]
    assert shared < alone


@pytest.mark.parametrize("pictures", [0, 51, "many"])
def test_refuses_more_pictures_than_a_batch_may_have(
    alice: User, photo: Photo, pictures: object
) -> None:
    answer = session_of(alice).post(ADDRESS, body(photo) | {"pictures": pictures})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "pictures")


def test_returns_how_many_jobs_may_be_submitted(alice: User, photo: Photo, settings: Any) -> None:
    settings.JOB_MAX_WAITING_PER_USER = 3
    make_job(alice, photo=photo)
    make_job()
    assert session_of(alice).post(ADDRESS, body(photo)).json()["room"] == 2


def test_gives_warnings(alice: User, photo: Photo) -> None:
    answer = session_of(alice).post(ADDRESS, body(photo, size=256))
    [warned] = answer.json()["warnings"]
    assert warned["code"] == "enlarged"
    assert "256" in warned["message"]


def test_does_not_know_the_memory_of_trained_networks(alice: User, photo: Photo) -> None:
    answer = session_of(alice).post(ADDRESS, body(photo, method="network"))
    assert answer.json()["memory_mb"] is None


def test_refuses_the_same_requests_as_a_job(alice: User, photo: Photo) -> None:
    client = session_of(alice)
    wrong = [
        body(photo, size=9),
        body(photo) | {"styles": []},
        body(photo) | {"styles": [{"style": "nothing"}]},
    ]
    assert [client.post(ADDRESS, each).status_code for each in wrong] == [422, 422, 422]


def test_refuses_the_photo_of_another_user(bob: User, photo: Photo) -> None:
    answer = session_of(bob).post(ADDRESS, body(photo))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_photo")


def test_requires_sign_in(photo: Photo) -> None:
    assert APIClient().post(ADDRESS, body(photo)).status_code == 401
