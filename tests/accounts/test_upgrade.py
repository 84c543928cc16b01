"""Tests of the upgrade to unique names: it resolves names that were one name, and reports them."""

import pytest

from accounts.models import User
from tests.support.upgrades import ALIAS, migrate

BEFORE = [("accounts", "0002_socket_ticket")]
AFTER = [("accounts", "0004_user_name_unique")]


def upgrade() -> None:
    """Fill the database of the last release with spellings of names, and migrate it forward."""
    users = migrate(BEFORE).get_model("accounts", "User").objects.using(ALIAS)
    for name, email, rights in (
        ("ADMIN", "one@example.org", {}),
        ("Ａｄｍｉｎ", "two@example.org", {}),
        ("admin", "root@example.org", {"is_superuser": True}),
        ("ADMIN-1", "three@example.org", {}),
        ("alice", "Alice@Example.org", {}),
        ("Straße", "alice@example.org", {}),
        ("аlice", "four@example.org", {"display_name": "Alice"}),
    ):
        users.create(username=name, email=email, **rights)
    migrate(AFTER)
    migrate(app="accounts")  # the models of today read the rows below


def check(log: str) -> None:
    """Check that each user has a name and an address of one's own, and that the log has changes."""
    users = User.objects.using(ALIAS).order_by("pk")
    assert [user.username for user in users] == [
        "ADMIN-1-2",
        "Admin-2",
        "admin",
        "ADMIN-1",
        "alice",
        "Straße",
        "аlice",
    ]
    assert [user.email for user in users][-3:] == [
        "alice@example.org",
        "user-6@email.invalid",
        "four@example.org",
    ]
    people = User.objects.db_manager(ALIAS)
    assert people.named("ＡＤＭＩＮ").get().is_superuser
    assert people.named("STRASSE").get().username == "Straße"
    assert people.looking_like("ALICE").count() == 2
    assert len(log.splitlines()) == 4
    assert "User 1: the username 'ADMIN' is now 'ADMIN-1-2'. User 3 has the same name" in log
    assert "User 6: the email address 'alice@example.org' is now 'user-6@email.invalid'" in log
    assert "'аlice' looks like 'alice', the name of user 5. Nothing was changed" in log


@pytest.mark.usefixtures("sqlite")
def test_resolves_and_reports_clashes_on_sqlite(caplog: pytest.LogCaptureFixture) -> None:
    upgrade()
    check(caplog.text)


@pytest.mark.services
@pytest.mark.usefixtures("on_postgresql")
def test_resolves_and_reports_clashes_on_postgresql(caplog: pytest.LogCaptureFixture) -> None:
    upgrade()
    check(caplog.text)
