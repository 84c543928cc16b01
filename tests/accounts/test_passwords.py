"""Hashing of passwords: Argon2id, a few at once, and old hashes are replaced."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import passwords
from accounts.models import User
from accounts.passwords import HASHES_AT_ONCE, BoundedPBKDF2Hasher, TooManySignIns, hash_in_turn
from styleweb.settings import PASSWORD_HASHERS
from tests.support.clients import assert_problem
from tests.support.factories import PASSWORD


@pytest.fixture(autouse=True)
def _hashers_of_production(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


def test_hashes_with_argon2id() -> None:
    encoded = make_password(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password(PASSWORD, encoded)
    assert not check_password("wrong", encoded)


@pytest.mark.django_db
def test_replaces_the_hash_of_an_older_release_at_sign_in(alice: User) -> None:
    alice.password = BoundedPBKDF2Hasher().encode(PASSWORD, "salt", iterations=1000)
    alice.save(update_fields=["password"])
    assert Client().login(username="alice", password=PASSWORD)
    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$")


def test_hashes_only_a_few_at_once() -> None:
    inside, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(HASHES_AT_ONCE)

    def hash_one() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        together.wait(30)
        with lock:
            inside -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(hash_in_turn, [hash_one] * 8 * HASHES_AT_ONCE))
    assert most == HASHES_AT_ONCE


@pytest.mark.django_db
def test_refuses_a_sign_in_that_would_wait_too_long(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    login = {"login": "alice", "password": PASSWORD}
    begun, others = threading.Barrier(HASHES_AT_ONCE + 1), threading.Event()

    def occupy() -> bool:
        begun.wait(30)
        return others.wait(30)

    with ThreadPoolExecutor(HASHES_AT_ONCE) as pool:
        waiting = [pool.submit(hash_in_turn, occupy) for _ in range(HASHES_AT_ONCE)]
        begun.wait(30)
        monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
        try:
            with pytest.raises(TooManySignIns):
                make_password(PASSWORD)
            refused = APIClient().post("/api/v1/auth/login/", login)
            assert_problem(refused, 503, "busy")
            assert refused["Retry-After"] == "5"
            page = Client().post(reverse("account_login"), login)
            assert (page.status_code, page["Retry-After"]) == (503, "5")
        finally:
            others.set()
        assert all(each.result() for each in waiting)
    monkeypatch.undo()
    assert APIClient().post("/api/v1/auth/login/", login).status_code == 201


@pytest.mark.parametrize("password", ["aaaaaaaaaaaaa", "AaAaAaAaAaAaAa", "abababababab", " " * 20])
def test_refuses_a_password_of_very_few_letters(password: str) -> None:
    with pytest.raises(ValidationError, match="different characters"):
        validate_password(password)


def test_accepts_a_sentence() -> None:
    validate_password(PASSWORD)
