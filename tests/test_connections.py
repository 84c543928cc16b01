"""A test without a database passes also where an earlier test left a connection open."""

import pytest
from django.core.signals import request_finished
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.mark.usefixtures("django_db_setup")
def test_lets_a_response_be_closed_beside_an_open_connection(
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock():
        connection.ensure_connection()
    request_finished.send(sender=None)
