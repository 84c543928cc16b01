"""The first administrator: made only once. The password is shown once and not stored."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.services import make_admin
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


def test_makes_an_administrator_who_can_sign_in() -> None:
    made = make_admin()
    assert made is not None
    user, password = made
    assert (user.username, user.is_superuser, user.is_staff) == ("admin", True, True)
    assert len(password) >= 20
    assert password not in user.password
    assert Client().login(username="admin", password=password)


def test_makes_only_one_administrator() -> None:
    assert make_admin() is not None
    assert make_admin() is None
    assert User.objects.filter(is_superuser=True).count() == 1


def test_makes_none_if_there_is_one_with_another_name() -> None:
    make_user("zoe", is_superuser=True)
    assert make_admin() is None


@pytest.mark.parametrize("taken", ["admin", "Admin"])
def test_uses_another_name_when_admin_is_taken(taken: str) -> None:
    make_user(taken)
    made = make_admin()
    assert made is not None
    assert re.fullmatch(r"admin-[0-9a-f]{6}", made[0].username)
    assert not User.objects.get(username=taken).is_superuser


def test_makes_a_different_password_for_every_site() -> None:
    first = make_admin()
    User.objects.all().delete()
    second = make_admin()
    assert first is not None
    assert second is not None
    assert first[1] != second[1]


def test_shows_the_password_once_in_the_command() -> None:
    out = StringIO()
    call_command("make_admin", stdout=out)
    found = re.search(r"Administrator: admin {3}password: (\S+) {3}\(shown once\)", out.getvalue())
    assert found
    assert Client().login(username="admin", password=found[1])
    again = StringIO()
    call_command("make_admin", stdout=again)
    assert again.getvalue() == "There is an administrator already.\n"
