"""The limit on wrong passwords: the same at every door, and the owner elsewhere still gets in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.login_guard import TooManyAttempts, confirm_password, guard_attempt
from accounts.models import User
from styleweb.settings import API_LIMITS
from tests.support.clients import assert_problem, session_of
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN, TOKENS = "/api/v1/auth/login/", "/api/v1/tokens/"
HOME, AWAY = "198.51.100.1", "203.0.113.9"
NEW = "another uncommon sentence"
Door = Callable[[User, str, str], int]


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> Iterator[None]:
    """Allow four wrong passwords for an account, and eight from an address."""
    settings.API_LIMITS = settings.API_LIMITS | {"login": (4, 3600), "login_address": (8, 3600)}
    cache.clear()
    yield
    cache.clear()


def page(user: User, password: str, address: str) -> int:
    form = {"login": user.username, "password": password}
    return Client(REMOTE_ADDR=address).post(reverse("account_login"), form).status_code


def admin_page(user: User, password: str, address: str) -> int:
    client = Client(REMOTE_ADDR=address)
    there = client.get("/admin/", follow=True).redirect_chain[-1][0]
    return client.post(there, {"login": user.username, "password": password}).status_code


def api(user: User, password: str, address: str) -> int:
    body = {"login": user.email, "password": password}
    return APIClient(REMOTE_ADDR=address).post(LOGIN, body).status_code


def signed_in(user: User, url: str, form: dict[str, Any], address: str) -> int:
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    return client.post(url, form).status_code


def tokens_page(user: User, password: str, address: str) -> int:
    form = {"name": "phone", "scopes": ["photos:read"], "password": password}
    return signed_in(user, reverse("tokens"), form, address)


def tokens_api(user: User, password: str, address: str) -> int:
    client = session_of(user)
    body = {"name": "phone", "scopes": ["photos:read"], "password": password}
    return client.post(TOKENS, body, REMOTE_ADDR=address).status_code


def email_page(user: User, password: str, address: str) -> int:
    form = {"address": "new@example.org", "password": password}
    return signed_in(user, reverse("account_email"), form, address)


def password_page(user: User, password: str, address: str) -> int:
    form = {"oldpassword": password, "password1": NEW, "password2": NEW}
    return signed_in(user, reverse("account_change_password"), form, address)


DOORS = [page, admin_page, api, tokens_page, tokens_api, email_page, password_page]


@pytest.mark.bar(36)
@pytest.mark.parametrize("door", DOORS)
def test_ends_the_tries_at_every_door_but_not_of_the_owner_elsewhere(
    alice: User, door: Door
) -> None:
    wrong = [door(alice, f"wrong {number}", HOME) for number in range(6)]
    assert wrong[4:] == [429, 429]
    assert 429 not in wrong[:4]
    assert door(alice, PASSWORD, HOME) == 429
    assert door(alice, PASSWORD, AWAY) in {200, 201, 302}


@pytest.mark.bar(36)
def test_counts_all_doors_and_all_spellings_together(alice: User) -> None:
    for number in range(2):
        assert page(alice, f"wrong {number}", HOME) == 200
        assert api(alice, f"wrong {number}", HOME) == 401
    for login in ("alice", "ＡＬＩＣＥ", "Alice@Example.org"):
        body = {"login": login, "password": PASSWORD}
        refused = APIClient(REMOTE_ADDR=HOME).post(LOGIN, body)
        assert_problem(refused, 429, "throttled")
        assert 1 <= int(refused["Retry-After"]) <= 3600


@pytest.mark.bar(36)
def test_ends_the_tries_of_many_names_from_one_address(alice: User) -> None:
    def status(login: str, password: str, address: str) -> int:
        body = {"login": login, "password": password}
        return APIClient(REMOTE_ADDR=address).post(LOGIN, body).status_code

    assert [status(f"name-{n}", "wrong", HOME) for n in range(10)] == [401] * 8 + [429] * 2
    assert status("alice", PASSWORD, HOME) == 429
    assert status("alice", PASSWORD, AWAY) == 201


@pytest.mark.bar(36)
def test_counts_no_right_password(alice: User) -> None:
    assert [api(alice, PASSWORD, HOME) for _ in range(9)] == [201] * 9


def test_allows_ten_wrong_passwords_in_a_quarter_of_an_hour() -> None:
    assert API_LIMITS["login"] == (10, 900)
    assert API_LIMITS["login_address"] == (30, 900)


def test_says_when_to_try_again(alice: User) -> None:
    for number in range(4):
        page(alice, f"wrong {number}", HOME)
    form = {"login": "alice", "password": PASSWORD}
    answer = Client(REMOTE_ADDR=HOME).post(reverse("account_login"), form)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert "Too many attempts. Try again in" in answer.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.bar(31)
def test_lets_no_more_than_the_limit_pass_at_once(alice: User) -> None:
    def attempt(number: int) -> bool:
        request = RequestFactory(REMOTE_ADDR=HOME).post("/")
        try:
            assert not confirm_password(user=alice, password=f"wrong {number}", request=request)
        except TooManyAttempts:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(50))) == 4


def test_counts_no_check_that_could_not_be_made() -> None:
    def busy() -> bool:
        raise OperationalError

    request = RequestFactory(REMOTE_ADDR=HOME).post("/")
    for _ in range(10):
        with pytest.raises(OperationalError):
            guard_attempt("someone", request, busy)
    assert guard_attempt("someone", request, lambda: True)


def test_sends_a_user_without_rights_away_from_the_admin_pages() -> None:
    client = Client()
    client.force_login(make_user("carol"))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/login/?next=https://evil.example/").status_code == 403
    there = Client().get("/admin/login/?next=https://evil.example/")
    assert there["Location"] == f"{reverse('account_login')}?asked=1&next=/admin/"


def test_has_no_second_page_to_change_a_password(admin_client: Client) -> None:
    answer = admin_client.get(reverse("admin:password_change"))
    assert answer["Location"] == reverse("account_change_password")
