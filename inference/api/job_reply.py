"""What an app is told of a job: the snapshot, described field by field."""

from typing import Any

from rest_framework import serializers

from inference.api.estimates import EtaSerializer
from inference.api.job_request import SpecField
from inference.live.snapshots.job import JobSnapshot, job_snapshot
from inference.models import Job


class JobPhotoSerializer(serializers.Serializer[Any]):
    """The photo being painted."""

    id = serializers.UUIDField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    placeholder = serializers.CharField(help_text="A tiny blurred picture as a data: URI.")


class JobStyleSerializer(serializers.Serializer[Any]):
    """A style of the job, in the version it had when the job was made."""

    style = serializers.SlugField()  # type: ignore[assignment]  # shadows a rendering option
    title = serializers.CharField()
    version = serializers.IntegerField()
    weight = serializers.FloatField()


class JobLicenseSerializer(serializers.Serializer[Any]):
    """Under what the result may be published."""

    publishable = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())


class JobProgressSerializer(serializers.Serializer[Any]):
    """How far the painting is."""

    fraction = serializers.FloatField(help_text="From 0 to 1.")
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class JobQueueSerializer(serializers.Serializer[Any]):
    """The place in the queue; zeros once painting began."""

    position = serializers.IntegerField()
    ahead = serializers.IntegerField()


class JobResultSerializer(serializers.Serializer[Any]):
    """A picture and its size; with a token take it from `/jobs/{id}/file/`."""

    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class JobPreviewSerializer(JobResultSerializer):
    """The latest look at the picture; `version` grows with each."""

    version = serializers.IntegerField()


class JobErrorSerializer(serializers.Serializer[Any]):
    """Why a failed job failed and what to do."""

    code = serializers.CharField()
    hint = serializers.CharField()
    retryable = serializers.BooleanField()


class JobMetricsSerializer(serializers.Serializer[Any]):
    """Where the time went."""

    queue_s = serializers.FloatField(allow_null=True)
    load_s = serializers.FloatField(allow_null=True)
    compute_s = serializers.FloatField(allow_null=True, help_text="Its share of the pass.")
    device = serializers.CharField(allow_blank=True)
    batch = serializers.IntegerField(help_text="So many pictures were painted in the same pass.")


class JobSerializer(serializers.Serializer[Job]):
    """A job: the same dict that the websocket sends. Drop what has a lower `seq`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(Job.State.choices)
    stage = serializers.CharField(help_text="preparing, painting, finishing or done.")
    seq = serializers.IntegerField(help_text="Grows with every change.")
    attempt = serializers.IntegerField(help_text="Above 1 when a worker was lost.")
    method = serializers.CharField()
    photo = JobPhotoSerializer()
    styles = JobStyleSerializer(many=True)
    spec = SpecField()
    license = JobLicenseSerializer()
    progress = JobProgressSerializer()
    queue = JobQueueSerializer()
    eta = EtaSerializer(allow_null=True, help_text="Null when it has ended.")
    preview = JobPreviewSerializer(allow_null=True)
    result = JobResultSerializer(allow_null=True)
    artwork = serializers.UUIDField(allow_null=True, help_text="The artwork it was kept as.")
    error = JobErrorSerializer(allow_null=True)
    stop_requested = serializers.BooleanField()
    stopped_early = serializers.BooleanField()
    canceled_by = serializers.CharField(allow_null=True)
    batch = serializers.UUIDField(allow_null=True, help_text="The batch it was made in.")
    retry_of = serializers.UUIDField(allow_null=True, help_text="The job that is tried again.")
    continues = serializers.UUIDField(
        allow_null=True, help_text="The job whose painting goes on here."
    )
    can_retry = serializers.BooleanField()
    can_continue = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    metrics = JobMetricsSerializer()
    links = serializers.DictField(child=serializers.CharField())

    def to_representation(self, instance: Job) -> JobSnapshot:  # type: ignore[override]
        """Return the snapshot; the fields above only describe it."""
        return job_snapshot(instance)
