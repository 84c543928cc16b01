"""What changed for me: for pages where sockets are blocked, and for apps that were away."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import person
from accounts.models import Scope
from common.conditional import answers_conditionally
from inference.live.events import EventPage, events_since


class SinceSerializer(serializers.Serializer[Any]):
    """Where to go on."""

    since = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The `seq` of the last answer; 0 for everything from the beginning.",
    )


@answers_conditionally
class EventsView(APIView):
    """What the events socket tells, asked for."""

    read_scope = Scope.JOBS_READ

    @extend_schema(parameters=[SinceSerializer], responses=EventPage, tags=["events"])
    def get(self, request: Request) -> Response:
        """List what changed for me since I last asked.

        Without `since` the one event is a snapshot of the active jobs and the last 20. A place that
        was never given out brings `resync_required` and a snapshot: forget what you have.
        """
        query = SinceSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = events_since(person(request).pk, query.validated_data.get("since"))
        return Response(page)
