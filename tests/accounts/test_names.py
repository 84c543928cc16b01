"""Names: one account for all spellings, and none that looks like another user's name."""

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.names import name_key, name_look, refuse_bad_username
from accounts.registration import AccountTaken, register_person
from accounts.services import make_admin, set_display_name
from tests.support.clients import assert_problem, session_of
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

REGISTER, LOGIN, ME = "/api/v1/auth/register/", "/api/v1/auth/login/", "/api/v1/me/"
# Other spellings of "admin": upper case, full-width, mathematical, circled.
SPELLINGS = ["ADMIN", "Ａｄｍｉｎ", "𝐚𝐝𝐦𝐢𝐧", "ⓐⓓⓜⓘⓝ"]
# Names that look like "admin": Cyrillic letters, no dots, a digit, a Latin alpha.
LOOKALIKES = ["admın", "adm1n", "ɑdmin", "adrnin"]


def sign_up_on_page(name: str) -> None:
    fields = {"username": name, "email": "eve@example.org", "password1": PASSWORD}
    assert Client().post(reverse("account_signup"), fields).status_code == 200


def sign_up_by_api(name: str) -> None:
    fields = {"username": name, "email": "eve@example.org", "password": PASSWORD}
    body = assert_problem(APIClient().post(REGISTER, fields), 422, "invalid")
    assert {each["field"] for each in body["errors"]} == {"username"}


def add_in_admin(name: str) -> None:
    root = User.objects.filter(username="root").first() or make_user(
        "root", is_superuser=True, is_staff=True
    )
    fields = {"username": name, "email": "eve@example.org", "usable_password": "true"}
    fields |= {"password1": PASSWORD, "password2": PASSWORD}
    url = reverse("admin:accounts_user_add")
    assert session_of(root).post(url, fields, format="multipart").status_code == 200


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """Forget the sign-ups of other tests."""
    cache.clear()


DOORS = [sign_up_on_page, sign_up_by_api, add_in_admin]


@pytest.mark.parametrize("sign_up", DOORS)
@pytest.mark.parametrize("name", [*SPELLINGS, *LOOKALIKES, "аdmin", "eve@example.org"])
def test_gives_no_name_that_is_or_looks_like_the_administrator_s(sign_up: Any, name: str) -> None:
    made = make_admin()
    assert made is not None
    sign_up(name)
    assert not User.objects.filter(email="eve@example.org").exists()
    login = APIClient().post(LOGIN, {"login": "admin", "password": made[1]})
    assert login.status_code == 201


@pytest.mark.parametrize("sign_up", DOORS)
@pytest.mark.parametrize(
    ("first", "second"), [("Straße", "STRASSE"), ("capa", "сара"), ("Сара", "Capa"), ("ﬁn", "fin")]
)
def test_gives_no_name_twice(sign_up: Any, first: str, second: str) -> None:
    make_user(first, email="first@example.org")
    sign_up(second)
    assert not User.objects.filter(email="eve@example.org").exists()


@pytest.mark.parametrize(
    "name", ["carol", "Карл", "Ελένη", "山田タロウ", "김철수", "李lee", "דוד", "O_ne.2"]
)
def test_gives_names_in_every_alphabet(client: Client, name: str) -> None:
    fields = {"username": name, "email": "carol@example.org", "password1": PASSWORD}
    assert client.post(reverse("account_signup"), fields).status_code == 302
    assert User.objects.get().username == name


def test_stores_the_spelling_that_it_checked(client: Client) -> None:
    fields = {"username": "Ｃａｒｏｌ", "email": "Carol@ｅｘａｍｐｌｅ.org", "password1": PASSWORD}
    client.post(reverse("account_signup"), fields)
    carol = User.objects.get()
    assert (carol.username, carol.username_key) == ("Carol", "carol")
    assert carol.email == "carol@example.org"


@pytest.mark.parametrize("login", ["alice", "ALICE", " Ａｌｉｃｅ ", "Alice@Example.org"])
def test_signs_in_with_any_spelling_at_every_door(alice: User, login: str) -> None:
    api = APIClient().post(LOGIN, {"login": login, "password": PASSWORD})
    assert api.status_code == 201
    page = Client()
    page.post(reverse("account_login"), {"login": login, "password": PASSWORD})
    assert page.session["_auth_user_id"] == str(alice.pk)


def test_signs_in_with_an_address_that_an_administrator_wrote_in_capitals() -> None:
    User.objects.create_user("carol", "Carol@Example.ORG", PASSWORD)
    api = APIClient().post(LOGIN, {"login": "carol@example.org", "password": PASSWORD})
    assert api.status_code == 201


def test_lets_the_database_refuse_a_second_spelling(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("ＡＬＩＣＥ", "other@example.org", PASSWORD)


def test_keeps_the_key_of_a_name_that_changes(alice: User) -> None:
    alice.username = "Carol"
    alice.save(update_fields=["username"])
    assert User.objects.named("CAROL").get() == alice
    assert not User.objects.named("alice").exists()


def test_lets_administrators_edit_a_user_with_a_name_from_before_the_rules() -> None:
    mixed = make_user("mіxed", email="mixed@example.org")
    mixed.first_name = "Mixed"
    mixed.full_clean()
    mixed.username = "mіxed2"
    with pytest.raises(ValidationError, match="different alphabets"):
        mixed.full_clean()


@pytest.mark.django_db(transaction=True)
def test_makes_one_account_from_four_spellings_at_once() -> None:
    made: list[str] = []
    start = threading.Barrier(len(SPELLINGS))

    def register(name: str, email: str) -> None:
        start.wait()
        try:
            made.append(register_person(username=name, email=email, password=PASSWORD).username)
        except AccountTaken:
            pass
        finally:
            connection.close()

    threads = [
        threading.Thread(target=register, args=(name, f"{i}@example.org"))
        for i, name in enumerate(SPELLINGS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [user.username for user in User.objects.all()] == made
    assert len(made) == 1


def test_shows_the_form_again_if_another_request_took_the_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = iter([lambda _user: None, User.check_username])
    monkeypatch.setattr(User, "check_username", lambda user: next(checks)(user))  # noqa: PLW0108
    make_user("carol", email="first@example.org")
    fields = {"username": "Carol", "email": "carol@example.org", "password1": PASSWORD}
    page = client.post(reverse("account_signup"), fields)
    assert page.status_code == 200
    assert "has just been taken" in page.text


class TestDisplayName:
    @pytest.mark.parametrize("name", ["Bob", "ВОВ", "b0b", "B\u200bob", "  bob "])
    def test_refuses_one_that_looks_like_another_user(
        self, alice: User, bob: User, name: str
    ) -> None:
        body = assert_problem(session_of(alice).patch(ME, {"display_name": name}), 422, "invalid")
        assert body["errors"][0]["field"] == "display_name"
        page = session_of(alice).post(
            reverse("profile"), {"display_name": name}, format="multipart"
        )
        assert page.status_code == 200
        alice.refresh_from_db()
        assert alice.public_name == "alice"

    def test_refuses_a_display_name_of_another_user(self, alice: User, bob: User) -> None:
        set_display_name(user=bob, display_name="Bob in Ink")
        with pytest.raises(ValidationError, match="looks like"):
            set_display_name(user=alice, display_name="Воb in  lnk")
        with pytest.raises(ValidationError, match="looks like"):
            User(username="BobinInk", display_name="BOB IN INK").full_clean(exclude=["email"])

    def test_protects_a_display_name_from_new_usernames(self, bob: User) -> None:
        set_display_name(user=bob, display_name="Robert")
        with pytest.raises(AccountTaken):
            register_person(username="r0bert", email="eve@example.org", password=PASSWORD)

    @pytest.mark.parametrize("name", ["\u3164", "\u202egnp", "a\u200bb", "...", "\u2800"])
    def test_refuses_one_that_cannot_be_seen(self, alice: User, name: str) -> None:
        body = assert_problem(session_of(alice).patch(ME, {"display_name": name}), 422, "invalid")
        assert body["errors"][0]["field"] == "display_name"

    @pytest.mark.parametrize(
        "name", ["Alice", "alice in  Ink", "Ålice Æ", "علی‌رضا", "山田 太郎", ""]
    )
    def test_accepts_the_names_of_people(self, alice: User, name: str) -> None:
        set_display_name(user=alice, display_name=name)
        alice.refresh_from_db()
        assert alice.display_name == " ".join(name.split())


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("ＡＢＣ", "abc"), ("É", "e\u0301"), ("ﬃ", "FFI")]
)
def test_has_one_key_for_all_spellings(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert name_key(name_key(one)) == name_key(one)


@pytest.mark.parametrize(("one", "other"), [("СОРЕ", "COPE"), ("ёж", "ëж"), ("modern", "modem")])
def test_has_one_look_for_names_that_look_the_same(one: str, other: str) -> None:
    assert name_look(one) == name_look(other)


@pytest.mark.parametrize(("one", "other"), [("нота", "hota"), ("alice", "alicia"), ("é", "e")])
def test_has_two_looks_for_names_that_look_different(one: str, other: str) -> None:
    assert name_look(one) != name_look(other)


@pytest.mark.parametrize("name", ["аdmin", "Иvan", "αlpha", "ad\u3164min", "ひらгана"])
def test_refuses_mixed_alphabets(name: str) -> None:
    with pytest.raises(ValidationError, match="different alphabets"):
        refuse_bad_username(name)
