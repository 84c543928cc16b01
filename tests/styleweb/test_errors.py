"""Tests of requests that Django refuses: a problem from the API, a page from the rest."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.support.clients import assert_problem, session_of

pytestmark = pytest.mark.django_db
MANY = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1


@pytest.mark.parametrize("address", ["/api/v1/styles/", "/api/v1/me/", "/api/v1/nothing/"])
def test_answers_a_wrong_host_of_the_api_as_a_problem(address: str) -> None:
    response = Client().get(address, headers={"Host": "evil.example"})
    assert_problem(response, 400, "unknown_host")
    assert b"evil" not in response.content


def test_answers_a_wrong_host_of_a_page_with_a_page() -> None:
    response = Client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "This request cannot be read" in response.text


@pytest.mark.parametrize("fields", [MANY, 300, 1001])
def test_refuses_too_many_fields_at_the_api(alice: User, fields: int) -> None:
    body = {f"field-{number}": "x" for number in range(fields)}
    response = session_of(alice).post("/api/v1/photos/", body, format="multipart")
    assert_problem(response, 413, "body_too_large")


@pytest.mark.parametrize("address", ["/studio/", "/account/login/", "/i18n/setlang/"])
def test_refuses_too_many_fields_of_a_page(alice: User, address: str) -> None:
    client = Client()
    client.force_login(alice)
    response = client.post(address, {f"field-{number}": "x" for number in range(MANY)})
    assert response.status_code == 400
    assert "This request cannot be read" in response.text


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=é"])
def test_refuses_a_form_without_a_valid_boundary(alice: User, boundary: str) -> None:
    response = session_of(alice).post(
        "/api/v1/photos/", b"--x", content_type=f"multipart/form-data{boundary}"
    )
    assert_problem(response, 400, "malformed")
