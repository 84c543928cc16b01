"""Tests of telling browsers about a job."""

from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from accounts.models import User
from inference import progress
from tests.factories import make_job

pytestmark = pytest.mark.django_db


class BrokenLayer:
    """A channel layer whose server is away."""

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        raise ConnectionRefusedError


class TestPublish:
    def test_sends_the_snapshot_to_the_owner(self, alice: User) -> None:
        job = make_job(alice)
        layer = get_channel_layer()
        assert layer is not None
        channel = async_to_sync(layer.new_channel)()
        async_to_sync(layer.group_add)(progress.group_of(alice.pk), channel)

        returned = progress.publish(job.pk)

        message = async_to_sync(layer.receive)(channel)
        assert returned == job
        assert message["type"] == "job.changed"
        assert message["snapshot"]["id"] == str(job.pk)

    def test_does_nothing_for_a_job_that_is_gone(self) -> None:
        assert progress.publish(uuid4()) is None

    def test_only_logs_when_nobody_can_be_told(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(progress, "get_channel_layer", BrokenLayer)
        job = make_job(alice)

        assert progress.publish(job.pk) == job

        assert "could not be told" in caplog.text
