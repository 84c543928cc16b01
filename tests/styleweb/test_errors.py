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


class TestStaleForms:
    """Forms whose token was replaced: by a sign-in in another tab, or with the cookies."""

    @pytest.fixture
    def strict(self) -> Client:
        """Return a browser whose forms are checked."""
        return Client(enforce_csrf_checks=True)

    @pytest.mark.parametrize("name", ["login", "signup"])
    def test_show_the_sign_in_again(self, strict: Client, name: str) -> None:
        answer = strict.post(f"/account/{name}/", {"next": "/photos/?page=2"}, follow=True)
        assert answer.redirect_chain == [(f"/account/{name}/?next=%2Fphotos%2F%3Fpage%3D2", 302)]
        assert "The page was open for too long." in answer.text

    def test_lead_on_if_another_tab_has_signed_in(self, strict: Client, alice: User) -> None:
        strict.force_login(alice)
        answer = strict.post("/account/login/", {"next": "/photos/"}, follow=True)
        assert answer.redirect_chain[-1] == ("/photos/", 302)
        assert "open for too long" not in answer.text

    def test_lead_to_no_other_site(self, strict: Client, alice: User) -> None:
        strict.force_login(alice)
        answer = strict.post("/account/login/", {"next": "https://evil.example/"}, follow=True)
        assert answer.redirect_chain[-1] == ("/studio/", 302)

    def test_are_refused_with_a_page(self, strict: Client) -> None:
        answer = strict.post("/studio/", {})
        assert answer.status_code == 403
        assert "This page has expired" in answer.text

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "This page has expired."), ("zh-hans", "页面已过期")]
    )
    @pytest.mark.parametrize("address", ["/trying/begin/", "/api/v1/photos/"])
    def test_are_refused_in_the_language_of_the_reader(
        self, strict: Client, alice: User, language: str, words: str, address: str
    ) -> None:
        strict.force_login(alice)
        headers = {"accept": "application/json", "accept-language": language}
        answer = strict.post(address, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["code"] == "csrf_failed"
        assert words in answer.json()["detail"]
