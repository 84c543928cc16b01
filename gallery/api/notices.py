"""My notices: what happened to my things while I was away."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.permissions import HasScope, person
from accounts.models import Scope
from common.conditional import answers_conditionally
from gallery.models import Notice
from gallery.notices import mark_read, page_of, sentence_of


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """A notice. If the same happens again, it is the same notice with a new time, not read."""

    text = serializers.SerializerMethodField(help_text="In the language of the request.")
    page = serializers.SerializerMethodField(help_text="The page that it is about.")
    about = serializers.CharField(
        read_only=True, help_text="The id of the artwork, gallery, batch, style or link."
    )

    class Meta:
        model = Notice
        fields = ["id", "kind", "about", "count", "text", "page", "created_at", "read_at"]
        read_only_fields = fields

    def get_text(self, notice: Notice) -> str:
        """Return what happened, in words."""
        return sentence_of(notice)

    def get_page(self, notice: Notice) -> str:
        """Return the address of the page."""
        return page_of(notice)


@answers_conditionally
class NoticeViewSet(mixins.ListModelMixin, GenericViewSet[Notice]):
    """My notices, newest first."""

    read_scope = Scope.ARTWORKS_READ
    write_scope = Scope.ARTWORKS_WRITE
    permission_classes = (HasScope,)
    serializer_class = NoticeSerializer
    queryset = Notice.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Notice]:
        """Return the notices of the user."""
        return Notice.objects.owned_by(self.request.user)

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, **_address: Any) -> Response:
        """Mark a notice as read. It is safe to repeat this."""
        mark_read(owner=person(request), notice=self.get_object())
        return Response(NoticeSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={204: None}, operation_id="notices_read_all_create")
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Mark all my notices as read."""
        mark_read(owner=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
