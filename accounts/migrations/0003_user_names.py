"""Give each user the key and the look of the name, and resolve names that were one name.

A user who is renamed signs in with the email address, or with the new name. The log says who it is.
"""

import logging
from typing import Any

from django.db import migrations, models

from accounts.names import name_key, name_look, normalize_email, normalize_name

logger = logging.getLogger(__name__)
NAME_LENGTH = 150


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the new columns. Of several users with one name, the administrator or oldest keeps it."""
    rows = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    users = list(rows.order_by("-is_superuser", "-is_staff", "pk"))
    wanted = {name_key(user.username) for user in users}
    owners: dict[str, Any] = {}
    looks: dict[str, Any] = {}
    mailboxes: dict[str, Any] = {}
    for user in users:
        _rename(user, owners, wanted)
        _move_mailbox(user, mailboxes)
        user.username_key, user.username_look = name_key(user.username), name_look(user.username)
        user.display_look = name_look(user.display_name)
        owners[user.username_key] = user
        _report_lookalike(user, looks)
    # First a key that nobody has, so that two users can exchange spellings of one name.
    for user in users:
        rows.filter(pk=user.pk).update(username=f"renamed {user.pk}", email=f"renamed {user.pk}")
    fields = ("username", "email", "username_key", "username_look", "display_look")
    for user in users:
        user.save(update_fields=fields)


def _rename(user: Any, owners: dict[str, Any], wanted: set[str]) -> None:
    """Normalize the name, and add a number if another user has it."""
    old = user.username
    user.username = normalize_name(old)[:NAME_LENGTH]
    if (other := owners.get(name_key(user.username))) is None:
        return
    ending = f"-{user.pk}"
    while name_key(name := user.username[: NAME_LENGTH - len(ending)] + ending) in wanted:
        ending += "-2"
    user.username = name
    wanted.add(name_key(name))
    logger.warning(
        "User %s: the username %r is now %r. User %s has the same name, %r",
        user.pk, old, name, other.pk, other.username,
    )  # fmt: skip


def _move_mailbox(user: Any, mailboxes: dict[str, Any]) -> None:
    """Normalize the address; if another user has it, put an address in place that gets no mail."""
    old = user.email
    user.email = normalize_email(old)
    if (other := mailboxes.setdefault(user.email, user)) is not user:
        user.email = f"user-{user.pk}@email.invalid"
        logger.warning(
            "User %s: the email address %r is now %r. User %s has the same address",
            user.pk, old, user.email, other.pk,
        )  # fmt: skip


def _report_lookalike(user: Any, looks: dict[str, Any]) -> None:
    if (other := looks.setdefault(user.username_look, user)) is not user:
        logger.warning(
            "User %s: the username %r looks like %r, the name of user %s. Nothing was changed",
            user.pk, user.username, other.username, other.pk,
        )  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_socket_ticket'),
    ]

    operations = [
        migrations.AlterModelManagers(name='user', managers=[]),
        migrations.AddField(
            model_name='user',
            name='display_look',
            field=models.CharField(blank=True, db_index=True, default='', editable=False, max_length=320),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='user',
            name='username_key',
            field=models.CharField(default='', editable=False, max_length=600),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='user',
            name='username_look',
            field=models.CharField(db_index=True, default='', editable=False, max_length=600),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
