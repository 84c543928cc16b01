"""Socket tickets, for apps that cannot send headers when they open the events socket."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import HasScope, person
from accounts.credentials import Credential
from accounts.models import ApiToken, Scope
from accounts.socket_tickets import TICKET_SECONDS, issue_socket_ticket


class SocketTicketSerializer(serializers.Serializer[Any]):
    """A ticket. It opens one socket, and only once."""

    ticket = serializers.CharField(help_text="Goes into the address: `/ws/v1/events/?ticket=…`")
    expires_in = serializers.IntegerField(help_text="Seconds until it opens nothing any more.")


class SocketTicketView(APIView):
    """Gives an app a ticket."""

    permission_classes = (HasScope,)
    # With a ticket an app can only read events, so the scope for reading is enough.
    write_scope = Scope.JOBS_READ

    @extend_schema(request=None, responses={201: SocketTicketSerializer}, tags=["ws-tickets"])
    def post(self, request: Request) -> Response:
        """Get a ticket that opens one events socket within half a minute."""
        ticket = issue_socket_ticket(credential=_credential_of(request))
        data = {"ticket": ticket, "expires_in": TICKET_SECONDS}
        headers = {"Cache-Control": "no-store"}
        return Response(data, status=status.HTTP_201_CREATED, headers=headers)


def _credential_of(request: Request) -> Credential:
    """Return the credential of this call. When the credential ends, the socket closes."""
    if isinstance(request.auth, ApiToken):
        return Credential(person(request).pk, token_id=request.auth.pk)
    return Credential(person(request).pk, session_key=request.session.session_key or "")
