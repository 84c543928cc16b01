"""What changed for me: for pages without a socket, and for apps that were away."""

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
    """Where to continue."""

    since = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The `cursor` of the last answer; 0 for everything from the beginning.",
    )


@answers_conditionally
class EventsView(APIView):
    """The events of the socket, as a reply."""

    read_scope = Scope.JOBS_READ
    guest_operations = frozenset({"get"})

    @extend_schema(parameters=[SinceSerializer], responses=EventPage, tags=["events"])
    def get(self, request: Request) -> Response:
        """List what changed since the last request.

        Without `since` the one event is a snapshot of the active jobs and the last 20. A cursor
        that was never given out brings `resync_required` and a snapshot: forget what you have.
        """
        query = SinceSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = events_since(person(request).pk, query.validated_data.get("since"))
        return Response(page)
