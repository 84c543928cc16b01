"""What the user has used of each limit, and where their jobs stand in the queue."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import person
from accounts.models import Scope, User
from common.conditional import answers_conditionally
from inference.models import Job, Photo, Worker
from inference.queue.fairness import places_of
from inference.queue.workers import is_paused
from inference.services.limits import day_ends_at, jobs_today, running_of, waiting_of
from inference.services.storage import storage_of


class TodaySerializer(serializers.Serializer[Any]):
    """The jobs of this day; what failed, was canceled or expired does not count."""

    count = serializers.IntegerField()
    limit = serializers.IntegerField()
    ends_at = serializers.DateTimeField(help_text="When the count starts again.")


class AtOnceSerializer(serializers.Serializer[Any]):
    """How many jobs are in one state now, and how many may be."""

    count = serializers.IntegerField()
    limit = serializers.IntegerField()


class PhotosUsageSerializer(serializers.Serializer[Any]):
    """What my photos take."""

    count = serializers.IntegerField()
    bytes = serializers.IntegerField(
        help_text="Size of the photos, including their previews and thumbnails."
    )
    limit = serializers.IntegerField(help_text="Storage limit in bytes.")


class UsageSerializer(serializers.Serializer[Any]):
    """What I use of what I may use."""

    today = TodaySerializer()
    waiting = AtOnceSerializer()
    running = AtOnceSerializer()
    photos = PhotosUsageSerializer()


class PlaceSerializer(serializers.Serializer[Any]):
    """Where one of my waiting jobs stands."""

    id = serializers.UUIDField()
    position = serializers.IntegerField(help_text="1 is next.")
    ahead = serializers.IntegerField(
        help_text="Number of jobs, of all users, that start before this one."
    )


class QueueSerializer(serializers.Serializer[Any]):
    """My place in the queue; of the jobs of other users, only how many there are."""

    waiting = serializers.IntegerField(help_text="Of all users.")
    running = serializers.IntegerField(help_text="Of all users.")
    limit = serializers.IntegerField(help_text="New jobs are refused when this many jobs wait.")
    workers = serializers.IntegerField(help_text="Number of workers that accept jobs now.")
    devices = serializers.ListField(
        child=serializers.CharField(), help_text="Devices of those workers."
    )
    paused = serializers.BooleanField(help_text="Whether the queue is paused.")
    jobs = PlaceSerializer(many=True, help_text="My waiting jobs in the order of the queue.")


def usage_of(owner: User) -> dict[str, Any]:
    """Count what `owner` uses of each limit."""
    # Counted by the functions that enforce the limits, so that the figures agree with them.
    return {
        "today": {
            "count": jobs_today(owner),
            "limit": settings.JOB_MAX_A_DAY_PER_USER,
            "ends_at": day_ends_at(),
        },
        "waiting": {"count": waiting_of(owner), "limit": settings.JOB_MAX_WAITING_PER_USER},
        "running": {"count": running_of(owner), "limit": settings.JOB_MAX_RUNNING_PER_USER},
        "photos": {
            "count": Photo.objects.visible_to(owner).count(),
            "bytes": storage_of(owner),
            "limit": settings.PHOTOS_MAX_BYTES_PER_USER,
        },
    }


@answers_conditionally
class UsageView(APIView):
    """How much of what I may use I use."""

    read_scope = Scope.JOBS_READ

    @extend_schema(responses=UsageSerializer, tags=["me"])
    def get(self, request: Request) -> Response:
        """Count my jobs of today, my waiting and running jobs, and the size of my photos."""
        return Response(UsageSerializer(usage_of(person(request))).data)


@answers_conditionally
class QueueView(APIView):
    """The queue, as one user may see it."""

    read_scope = Scope.JOBS_READ

    @extend_schema(responses=QueueSerializer, tags=["queue"])
    def get(self, request: Request) -> Response:
        """Show the positions of my waiting jobs and the number of all jobs."""
        places = places_of(person(request).pk)
        devices = list(Worker.objects.serving().values_list("device", flat=True))
        # Of the jobs of other users, only counts leave this view.
        answer = {
            "waiting": Job.objects.waiting().count(),
            "running": Job.objects.running().count(),
            "limit": settings.JOB_MAX_WAITING,
            "workers": len(devices),
            "devices": sorted({device for device in devices if device}),
            "paused": is_paused(),
            "jobs": [
                {"id": pk, "position": ahead + 1, "ahead": ahead} for pk, ahead in places.items()
            ],
        }
        return Response(QueueSerializer(answer).data)
