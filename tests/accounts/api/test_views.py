"""Sign-in of apps, tokens and accounts, for owners, other users, apps and anonymous clients."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, Scope, User
from accounts.registration import AccountTaken, register_person
from accounts.tokens import create_token
from tests.support.clients import ALL_SCOPES, app_of, assert_problem, bearer, session_of
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
REGISTER, LOGIN, LOGOUT = (f"/api/v1/auth/{name}/" for name in ("register", "login", "logout"))
TOKENS, ME = "/api/v1/tokens/", "/api/v1/me/"
WISH = {"name": "phone", "scopes": ["photos:read"], "password": PASSWORD}


class TestLogin:
    def test_gives_a_token_that_works(self, alice: User) -> None:
        response = APIClient().post(LOGIN, {"login": "alice", "password": PASSWORD})
        assert response.status_code == 201
        assert response["Cache-Control"] == "no-store"
        me = bearer(response.json()["token"]).get(ME)
        assert me.json()["username"] == "alice"

    def test_gives_all_scopes_when_none_is_named(self, alice: User) -> None:
        response = APIClient().post(LOGIN, {"login": "alice", "password": PASSWORD})
        assert response.json()["scopes"] == sorted(ALL_SCOPES)

    def test_gives_only_the_scopes_that_are_named(self, alice: User) -> None:
        body = {"login": "alice", "password": PASSWORD, "scopes": ["photos:read"]}
        assert APIClient().post(LOGIN, body).json()["scopes"] == ["photos:read"]

    def test_gives_the_same_answer_for_known_and_unknown_names(self, alice: User) -> None:
        known = APIClient().post(LOGIN, {"login": "alice", "password": "wrong"})
        unknown = APIClient().post(LOGIN, {"login": "mallory", "password": "wrong"})
        assert_problem(known, 401, "wrong_credentials")
        assert known.content == unknown.content
        assert known.headers == unknown.headers

    def test_names_what_is_missing(self) -> None:
        body = assert_problem(APIClient().post(LOGIN, {}), 422, "invalid")
        assert {each["field"] for each in body["errors"]} == {"login", "password"}

    def test_refuses_an_unknown_scope(self, alice: User) -> None:
        body = {"login": "alice", "password": PASSWORD, "scopes": ["admin"]}
        assert_problem(APIClient().post(LOGIN, body), 422, "invalid")

    @pytest.mark.parametrize(
        "body", ["[]", '"alice"', "null", "{", '{"login": "\\ud800", "password": "x"}']
    )
    def test_refuses_a_body_that_is_not_an_object(self, body: str) -> None:
        response = APIClient().post(LOGIN, body, content_type="application/json")
        assert response.status_code in {400, 422}
        assert response["Content-Type"] == "application/problem+json"


class TestRegister:
    NEW = {"username": "carol", "email": "Carol@example.org", "password": PASSWORD}

    def test_makes_an_account_that_signs_in(self) -> None:
        response = APIClient().post(REGISTER, self.NEW)
        assert response.status_code == 201
        assert response.json()["username"] == "carol"
        assert "password" not in response.json()
        login = APIClient().post(LOGIN, {"login": "carol@example.org", "password": PASSWORD})
        assert login.status_code == 201

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"username": "ALICE"}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": ""}, "username"),
            ({"email": "ALICE@example.org"}, "email"),
            ({"email": "nowhere"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "startfinding"}, "password"),
            ({"password": "aaaaaaaaaaaaaaaa"}, "password"),
            ({"password": "carol@example.org"}, "password"),
        ],
    )
    def test_uses_the_rules_of_the_sign_up_page(
        self, alice: User, change: dict[str, str], field: str
    ) -> None:
        body = assert_problem(APIClient().post(REGISTER, self.NEW | change), 422, "invalid")
        assert {each["field"] for each in body["errors"]} == {field}
        assert User.objects.get() == alice

    def test_grants_no_rights_that_a_request_names(self) -> None:
        wish = self.NEW | {"is_staff": True, "is_superuser": True, "id": 1000, "is_active": False}
        APIClient().post(REGISTER, wish)
        carol = User.objects.get()
        assert (carol.is_staff, carol.is_superuser, carol.is_active) == (False, False, True)
        assert carol.pk != 1000

    def test_limits_new_accounts_of_an_address(self, settings: Any) -> None:
        cache.clear()
        settings.API_LIMITS = settings.API_LIMITS | {"sign_up": (1, 3600)}
        assert APIClient().post(REGISTER, self.NEW).status_code == 201
        other = self.NEW | {"username": "dave", "email": "dave@example.org"}
        assert_problem(APIClient().post(REGISTER, other), 429, "throttled")

    def test_makes_one_account_from_two_requests_at_once(self) -> None:
        register_person(username="carol", email="carol@example.org", password=PASSWORD)
        with pytest.raises(AccountTaken):
            register_person(username="dave", email="carol@example.org", password=PASSWORD)
        assert User.objects.count() == 1


class TestLogout:
    def test_revokes_the_token_of_the_call(self, alice: User) -> None:
        app, other = app_of(alice), app_of(alice)
        assert app.post(LOGOUT).status_code == 204
        assert_problem(app.get(ME), 401, "token_invalid")
        assert other.get(ME).status_code == 200

    def test_requires_sign_in(self) -> None:
        assert_problem(APIClient().post(LOGOUT), 401, "not_authenticated")


class TestTokens:
    def test_shows_a_new_token_once(self, alice: User) -> None:
        client = session_of(alice)
        response = client.post(TOKENS, WISH)
        assert response.status_code == 201
        token = response.json()["token"]
        assert bearer(token).get(ME).status_code == 200
        listed = client.get(TOKENS)
        assert token not in listed.content.decode()
        assert "token" not in listed.json()["results"][0]

    def test_requires_the_password_again(self, alice: User) -> None:
        client = session_of(alice)
        body = assert_problem(client.post(TOKENS, WISH | {"password": "wrong"}), 422, "invalid")
        assert body["errors"][0]["code"] == "wrong_password"
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("days", [0, 367, "never"])
    def test_refuses_a_token_that_lives_too_long(self, alice: User, days: object) -> None:
        body = assert_problem(session_of(alice).post(TOKENS, WISH | {"days": days}), 422, "invalid")
        assert body["errors"][0]["field"] == "days"

    def test_says_when_a_token_expires(self, alice: User) -> None:
        body = session_of(alice).post(TOKENS, WISH | {"days": 7}).json()
        expires_at = datetime.fromisoformat(body["expires_at"])
        assert timedelta(days=6) < expires_at - timezone.now() <= timedelta(days=7)

    def test_lists_only_my_own(self, alice: User) -> None:
        create_token(owner=make_user("bob"), name="bob's", scopes=ALL_SCOPES)
        row, _token = create_token(owner=alice, name="mine", scopes=ALL_SCOPES)
        results = session_of(alice).get(TOKENS).json()["results"]
        assert [each["id"] for each in results] == [str(row.pk)]

    def test_revokes_at_once(self, alice: User) -> None:
        row, token = create_token(owner=alice, name="mine", scopes=ALL_SCOPES)
        assert session_of(alice).delete(f"{TOKENS}{row.pk}/").status_code == 204
        assert_problem(bearer(token).get(ME), 401, "token_invalid")
        assert ApiToken.objects.get(pk=row.pk).revoked_at is not None

    def test_hides_the_tokens_of_others(self, alice: User) -> None:
        row, _token = create_token(owner=make_user("bob"), name="bob's", scopes=ALL_SCOPES)
        assert_problem(session_of(alice).delete(f"{TOKENS}{row.pk}/"), 404, "not_found")
        assert ApiToken.objects.get(pk=row.pk).revoked_at is None

    def test_accepts_no_token(self, alice: User) -> None:
        app = app_of(alice)
        for response in (app.get(TOKENS), app.post(TOKENS, WISH)):
            assert_problem(response, 403, "insufficient_scope")
        assert ApiToken.objects.count() == 1


class TestMe:
    def test_shows_my_account(self, alice: User) -> None:
        body = session_of(alice).get(ME).json()
        assert body["email"] == "alice@example.org"
        assert "password" not in body

    def test_answers_a_token_of_any_scope(self, alice: User) -> None:
        assert app_of(alice, Scope.PHOTOS_READ).get(ME).status_code == 200

    def test_changes_the_display_name(self, alice: User) -> None:
        response = session_of(alice).patch(ME, {"display_name": "Alice L."})
        assert response.json()["public_name"] == "Alice L."

    def test_changes_nothing_for_an_empty_body(self, alice: User) -> None:
        client = session_of(alice)
        client.patch(ME, {"display_name": "Alice L."})
        assert client.patch(ME, {}).json()["display_name"] == "Alice L."

    def test_refuses_a_name_that_is_too_long(self, alice: User) -> None:
        response = session_of(alice).patch(ME, {"display_name": "x" * 81})
        assert_problem(response, 422, "invalid")

    def test_ignores_fields_that_i_may_not_change(self, alice: User) -> None:
        before = (alice.pk, alice.username, alice.email, alice.date_joined)
        wish = {"id": 99, "username": "root", "email": "x@y.z", "is_staff": True}
        wish |= {"is_superuser": True, "password": "x", "date_joined": "2000-01-01T00:00:00Z"}
        assert session_of(alice).patch(ME, wish).status_code == 200
        alice.refresh_from_db()
        assert (alice.pk, alice.username, alice.email, alice.date_joined) == before
        assert not alice.is_staff
        assert not alice.is_superuser
        assert alice.check_password(PASSWORD)

    def test_can_only_be_changed_with_a_session(self, alice: User) -> None:
        response = app_of(alice).patch(ME, {"display_name": "Robot"})
        assert_problem(response, 403, "insufficient_scope")

    def test_requires_sign_in(self) -> None:
        response = APIClient().get(ME)
        assert_problem(response, 401, "not_authenticated")
        assert response["WWW-Authenticate"] == 'Bearer realm="styleweb"'


class TestAuthentication:
    def test_refuses_a_session_without_a_csrf_token(self, alice: User) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(alice)
        assert_problem(client.patch(ME, {"display_name": "x"}), 403, "csrf_failed")

    def test_accepts_a_session_with_a_csrf_token(self, alice: User) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(alice)
        client.cookies["csrftoken"] = "a" * 32
        response = client.patch(ME, {"display_name": "x"}, headers={"X-CSRFToken": "a" * 32})
        assert response.status_code == 200

    def test_needs_no_csrf_token_from_an_app(self, alice: User) -> None:
        _row, token = create_token(owner=alice, name="app", scopes=ALL_SCOPES)
        client = APIClient(enforce_csrf_checks=True)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert client.post(LOGOUT).status_code == 204

    @pytest.mark.parametrize("place", ["token", "access_token", "api_key", "Authorization"])
    def test_ignores_a_token_in_the_address(self, alice: User, place: str) -> None:
        _row, token = create_token(owner=alice, name="app", scopes=ALL_SCOPES)
        assert_problem(APIClient().get(ME, {place: token}), 401, "not_authenticated")

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer sw_none", "Bearer ÿ", "bearer x y"]
    )
    def test_refuses_a_bad_token_even_where_none_is_needed(self, header: str) -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=header)
        response = client.get("/api/v1/methods/")
        assert_problem(response, 401, "token_invalid")
        assert response["WWW-Authenticate"].startswith("Bearer")

    def test_does_not_accept_another_kind_of_sign_in(self, alice: User) -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION="Basic YWxpY2U6cGFzcw==")
        assert_problem(client.get(ME), 401, "not_authenticated")

    def test_does_not_open_the_admin_site(self) -> None:
        root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
        assert app_of(root).get("/admin/").status_code == 302

    def test_limits_the_calls_of_a_token(self, alice: User, settings: Any) -> None:
        settings.API_LIMITS = settings.API_LIMITS | {"token": (2, 3600)}
        app = app_of(alice)
        assert [app.get(ME).status_code for _ in range(3)] == [200, 200, 429]
        assert app_of(alice).get(ME).status_code == 200

    def test_writes_no_secret_to_the_log(
        self, alice: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = bearer("sw_canary")
        app.get(ME)
        APIClient().post(LOGIN, {"login": "alice", "password": "canary-password"})
        assert "canary" not in caplog.text

    def test_says_which_scope_is_missing(self, alice: User) -> None:
        response = app_of(alice, Scope.JOBS_READ).get("/api/v1/photos/")
        body = assert_problem(response, 403, "insufficient_scope")
        assert "photos:read" in body["detail"]
        assert 'scope="photos:read"' in response["WWW-Authenticate"]

    def test_answers_with_json(self, alice: User) -> None:
        assert json.loads(session_of(alice).get(ME).content)["id"] == alice.pk
