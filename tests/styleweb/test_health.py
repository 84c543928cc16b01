"""Tests of the health checks."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import Settings

from inference.models import Worker
from styleweb import embedded


class TestHealthz:
    def test_answers_without_using_any_other_part(self, client: Client) -> None:
        # This test has no database mark, so a query fails the test.
        answer = client.get("/healthz")

        assert (answer.status_code, answer.content) == (200, b"ok")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_answers_a_container_that_calls_its_own_address(
        self, client: Client, settings: Settings
    ) -> None:
        settings.ALLOWED_HOSTS = ["styleweb.example"]
        assert client.get("/healthz", headers={"host": "127.0.0.1:8000"}).status_code == 200
        assert client.get("/", headers={"host": "127.0.0.1:8000"}).status_code == 400


@pytest.mark.django_db
class TestReadyz:
    def test_names_each_part(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedded, "worker_is_alive", lambda: True)

        answer = client.get("/readyz")

        assert answer.status_code == 200
        assert answer.json() == {"database": "ok", "broker": "ok", "worker": "ok"}
        assert answer["Cache-Control"] == "no-store"

    def test_names_the_part_that_fails(self, client: Client) -> None:
        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert answer.json() == {"database": "ok", "broker": "ok", "worker": "failed"}

    def test_looks_for_other_workers_when_the_server_has_none(
        self, client: Client, settings: Settings
    ) -> None:
        settings.EMBEDDED = False
        assert client.get("/readyz").json()["worker"] == "failed"
        worker = Worker.objects.create(name="celery@there", host="there", pid=7)
        assert client.get("/readyz").json()["worker"] == "ok"
        Worker.objects.filter(pk=worker.pk).update(last_beat=timezone.now() - timedelta(hours=1))
        assert client.get("/readyz").json()["worker"] == "failed"

    def test_reports_a_lost_database(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> None:
            raise OperationalError

        monkeypatch.setattr("styleweb.health.connection.cursor", refuse)

        assert client.get("/readyz").json()["database"] == "failed"

    def test_reports_a_lost_broker(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> None:
            raise BrokerError

        monkeypatch.setattr("styleweb.health.app.connection_for_write", refuse)

        assert client.get("/readyz").json()["broker"] == "failed"

    @pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "", "nonsense"])
    def test_is_closed_to_outside_clients(self, client: Client, address: str) -> None:
        assert client.get("/readyz", REMOTE_ADDR=address).status_code == 404
