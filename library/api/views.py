"""The library: styles to paint with, and the rules that combine their licenses."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import Anyone
from accounts.models import Scope
from common.conditional import answers_conditionally
from common.pagination import NewestFirstPagination
from common.parsers import BoundedJSONParser, UploadParser
from library.api.own_styles import OwnerChangesStyles, OwnStyleActions, check_reads_own, reads_own
from library.api.serializers import (
    DecisionSerializer,
    EvaluationSerializer,
    LicenseSerializer,
    StyleSerializer,
)
from library.forms import LONGEST_QUERY
from library.licenses import LICENSES, allowed_outputs
from library.models import Style, StyleQuerySet
from library.search import find_styles

SORTS = {
    # The display order of the library. The API keeps the old name of this value.
    "hanging": ("position", "title"),
    "title": ("title", "slug"),
    "newest": ("-published_at", "slug"),
}
# Own styles have no date of publication, and no place in the display.
NEWEST_OWN = ("-created_at", "slug")
USES = ("commercial", "modification")
LIBRARY, ME = "library", "me"


class StyleQuerySerializer(serializers.Serializer[Any]):
    """Which styles to list, and in which order."""

    q = serializers.CharField(
        required=False,
        max_length=LONGEST_QUERY,
        help_text=(
            "Words of the title, artist, technique, medium, culture, description or tags. If no "
            "style has them, words that are close are found."
        ),
    )
    artist = serializers.CharField(required=False, help_text="The artist's name.")
    technique = serializers.CharField(required=False)
    license = serializers.ChoiceField(tuple(LICENSES), required=False)
    allows = serializers.CharField(
        required=False, help_text="`commercial`, `modification`, or both with a comma."
    )
    owner = serializers.ChoiceField(
        (LIBRARY, ME),
        default=LIBRARY,
        help_text="`me` lists my own styles instead of the library, newest first.",
    )
    sort = serializers.ChoiceField(tuple(SORTS), default="hanging")

    def validate_allows(self, value: str) -> dict[str, bool]:
        """Split the list, and check that every entry is a known use."""
        uses = value.split(",")
        if not set(uses) <= set(USES):
            detail = _("Use only: %(uses)s.") % {"uses": ", ".join(USES)}
            raise serializers.ValidationError(detail, code="invalid_choice")
        return dict.fromkeys(uses, True)


class StylePagination(NewestFirstPagination):
    """Pages through styles in the order of the query."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the columns to sort by."""
        if view.query["owner"] == ME:
            return NEWEST_OWN
        sort: str = view.query["sort"]
        return SORTS[sort]


@answers_conditionally
class StyleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnStyleActions):
    """The published styles, and my own. Curators also see drafts and offers."""

    permission_classes = (OwnerChangesStyles,)
    read_scope = Scope.STYLES_READ
    write_scope = Scope.STYLES_WRITE
    parser_classes = (BoundedJSONParser, UploadParser)
    serializer_class = StyleSerializer
    pagination_class = StylePagination
    queryset = Style.objects.none()
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Style]:
        """Return the styles that the user may see. In a list, apply the filters of the query."""
        user, styles = self.request.user, Style.objects.select_related("artist", "resembles")
        if self.action == "list":
            return self._asked_for(self._listed(styles))
        # A change finds the style too: `OwnerChangesStyles` has checked the scope to write.
        own = reads_own(self.request) or self.request.method not in SAFE_METHODS
        return styles.visible_to(user) if own else styles.in_library_for(user)

    def _listed(self, styles: StyleQuerySet) -> StyleQuerySet:
        """Keep the library, or the styles of the user if the query asks for them."""
        if self.query["owner"] == LIBRARY:
            return styles.in_library_for(self.request.user)
        check_reads_own(self.request)
        return styles.owned_by(self.request.user)

    @cached_property
    def query(self) -> dict[str, Any]:
        """The checked query of a list, with its defaults."""
        query = StyleQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        values: dict[str, Any] = query.validated_data
        return values

    def _asked_for(self, styles: StyleQuerySet) -> QuerySet[Style]:
        """Keep the styles that match the query."""
        wish = self.query
        names = {"artist": "artist__name__iexact", "technique": "technique__iexact"}
        names["license"] = "license"
        columns = {column: wish[name] for name, column in names.items() if name in wish}
        # Filtered before the search, which takes close words where no style here has the words.
        among = styles.allowing(**wish.get("allows", {})).filter(**columns)
        return find_styles(among, wish.get("q", ""))

    @extend_schema(parameters=[StyleQuerySerializer])
    def list(self, request: Request) -> Response:
        """List the styles of the library."""
        return super().list(request)


@answers_conditionally
class LicenseListView(APIView):
    """The licenses that the platform knows."""

    permission_classes = (Anyone,)

    @extend_schema(responses=LicenseSerializer(many=True), operation_id="licenses_list")
    def get(self, request: Request) -> Response:
        """List the licenses, and what each license permits."""
        return Response(LicenseSerializer(LICENSES.values(), many=True).data)


class EvaluationView(APIView):
    """Combines the licenses of styles before a picture is painted."""

    permission_classes = (Anyone,)

    @extend_schema(request=EvaluationSerializer, responses=DecisionSerializer, tags=["licenses"])
    def post(self, request: Request) -> Response:
        """Return the licenses under which a picture made from these styles may be published."""
        body = EvaluationSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        decision = allowed_outputs(body.validated_data["styles"])
        return Response(DecisionSerializer(decision).data)
