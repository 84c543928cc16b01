"""Admin pages of users and tokens: search, suspend, revoke. Secrets are never shown."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Scope, User
from accounts.tokens import create_token, find_token
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:accounts_user_changelist")
TOKENS = reverse("admin:accounts_apitoken_changelist")


def test_finds_users_by_name_and_email(admin_client: Client, alice: User, bob: User) -> None:
    page = admin_client.get(PEOPLE, {"q": alice.email}).content.decode()
    assert "alice@example.org" in page
    assert bob.email not in page


def test_shows_no_password(admin_client: Client, alice: User) -> None:
    page = admin_client.get(reverse("admin:accounts_user_change", args=[alice.pk]))
    assert alice.password not in page.content.decode()
    assert page.status_code == 200


def test_adds_a_user_with_an_email(admin_client: Client) -> None:
    fields = {
        "username": "carol",
        "email": "carol@example.org",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    response = admin_client.post(reverse("admin:accounts_user_add"), fields)
    assert response.status_code == 302
    assert User.objects.get(username="carol").email == "carol@example.org"


def test_deletes_no_user(admin_client: Client, alice: User) -> None:
    url = reverse("admin:accounts_user_delete", args=[alice.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_revokes_tokens_and_never_shows_them(admin_client: Client, alice: User) -> None:
    row, secret = create_token(owner=alice, name="phone", scopes=[Scope.PHOTOS_READ])
    page = admin_client.get(TOKENS).content.decode()
    assert row.prefix in page
    assert secret not in page
    assert row.digest not in page
    admin_client.post(TOKENS, {"action": "revoke", "_selected_action": [str(row.pk)]})
    assert find_token(secret) is None


def test_neither_makes_nor_deletes_tokens(admin_client: Client, alice: User) -> None:
    row, _secret = create_token(owner=alice, name="phone", scopes=[Scope.PHOTOS_READ])
    assert admin_client.get(reverse("admin:accounts_apitoken_add")).status_code == 403
    url = reverse("admin:accounts_apitoken_delete", args=[row.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert ApiToken.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("url", [PEOPLE, TOKENS])
def test_is_closed_to_others(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302
    client.force_login(make_user("carol"))
    assert client.get(url, follow=True).status_code == 403
    client.force_login(make_user("dave", is_staff=True))
    assert client.get(url).status_code == 403


class TestStaffWhoMayChangeUsers:
    @pytest.fixture
    def dave(self, client: Client, db: None) -> Client:
        """Return a browser of a member of the staff who may change users."""
        user = make_user("dave", is_staff=True)
        rights = Permission.objects.filter(codename__in=["change_user", "view_user"])
        user.user_permissions.set(rights)
        client.force_login(user)
        return client

    def test_cannot_give_themselves_more_rights(self, dave: Client) -> None:
        user = User.objects.get(username="dave")
        page = reverse("admin:accounts_user_change", args=[user.pk])
        fields = {"username": "dave", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
        fields["email"] = "dave@example.org"
        dave.post(page, {**fields, "display_name": "D."})
        user.refresh_from_db()
        assert (user.display_name, user.is_superuser, user.is_staff) == ("D.", False, True)
        assert user.user_permissions.count() == 2

    def test_cannot_change_a_superuser(self, dave: Client) -> None:
        root = make_user("root", is_staff=True, is_superuser=True)
        page = reverse("admin:accounts_user_change", args=[root.pk])
        dave.post(page, {"username": "root", "display_name": "Mine"})
        password = reverse("admin:auth_user_password_change", args=[root.pk])
        new = {"password1": "another long password", "password2": "another long password"}
        assert dave.post(password, new).status_code == 403
        root.refresh_from_db()
        assert (root.display_name, root.check_password(PASSWORD)) == ("", True)
