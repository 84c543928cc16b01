"""The OpenAPI document: replies that are TypedDicts, and who may call an operation."""

from functools import cache
from types import NoneType
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from django.db.models import Choices
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    append_meta,
    build_array_type,
    build_object_type,
    get_doc,
    resolve_type_hint,
)
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.conditional import answers_conditionally
from common.conversions import SIZES
from common.derivatives import SUFFIXES as SUFFIXES_OF_FILES
from common.media import CONTENT_TYPES
from common.replies import JsonSchema

Row = TypeVar("Row")
# The picture itself, in its own format. Generators that know no pictures take the last as bytes.
PICTURE = {
    (200, kind): OpenApiTypes.BINARY
    for kind in (*CONTENT_TYPES.values(), "application/octet-stream")
}
# How a picture is downloaded; common/conversions.py reads it.
DOWNLOAD = [
    OpenApiParameter("download", bool, description="Send it as a download with a file name."),
    *(
        OpenApiParameter(name, str, enum=list(words), description=f"{what}; only with `download`.")
        for name, words, what in (
            ("format", SUFFIXES_OF_FILES, "File format"),
            ("size", SIZES, "Longest side in pixels, never more than the picture has"),
        )
    ),
    OpenApiParameter(
        "caption", bool, description="Put the credit in a strip below it; only with `download`."
    ),
]
ARCHIVE = {
    (200, kind): OpenApiTypes.BINARY for kind in ("application/zip", "application/octet-stream")
}
STORAGE_FULL = OpenApiResponse(description="The server is out of storage space.")
SUFFIXES = ("Snapshot", "Reply")


class PublicSchema(AutoSchema):
    """Describes operations. One that needs no sign-in says so: `{}` is a way to call it too."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return the ways to sign in."""
        ways: list[dict[str, list[str]]] = super().get_auth()
        permissions = self.view.get_permissions()
        if ways and all(getattr(each, "is_open", _never)(self.view) for each in permissions):
            ways.append({})
        return ways


def _never(_view: APIView) -> bool:
    return False


class SnapshotSerializer(serializers.BaseSerializer[Row]):
    """Renders a row as its snapshot. The TypedDict is the only declaration of the fields."""

    snapshot: ClassVar[type[Any]]


class TypedDictExtension(OpenApiSerializerExtension):
    """Makes a component from a TypedDict in a view's `responses` or in a SnapshotSerializer."""

    @classmethod
    def _matches(cls, target: Any) -> bool:
        return _typed_dict_of(target) is not None

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        """Return the class's name without its suffix: `JobSnapshot` describes a `Job`."""
        name: str = _typed_dict_of(self.target).__name__
        for suffix in SUFFIXES:
            name = name.removesuffix(suffix)
        return name

    def get_identity(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        """Return the TypedDict, so that it is one component for all views and serializers."""
        return _typed_dict_of(self.target)

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """Return the schema of the object; TypedDicts inside it become components too."""
        declared = _typed_dict_of(self.target)
        hints = get_type_hints(declared, include_extras=True)
        return build_object_type(
            {name: _schema_of(hint, auto_schema, direction) for name, hint in hints.items()},
            required=sorted(declared.__required_keys__),
            description=get_doc(declared),
        )


def _typed_dict_of(target: Any) -> Any:
    """Return the TypedDict that declares a response, or None for other serializers."""
    if is_typeddict(target):
        return target
    kind = target if isinstance(target, type) else type(target)
    return kind.snapshot if issubclass(kind, SnapshotSerializer) else None


def _schema_of(hint: Any, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
    """Return the schema of one field; see common/replies.py for what `Annotated` may add."""
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        schema = _schema_of(arguments[0], auto_schema, direction)
        for note in arguments[1:]:
            added = _meta_of(note)
            # A note with a type, such as the choices of a field, replaces the whole schema.
            schema = added if "type" in added else append_meta(schema, added)
        return schema
    if NoneType in arguments:
        (kind,) = set(arguments) - {NoneType}
        return append_meta(_schema_of(kind, auto_schema, direction), {"nullable": True})
    if get_origin(hint) is list:
        return build_array_type(_schema_of(arguments[0], auto_schema, direction))
    if is_typeddict(hint):
        return auto_schema.resolve_serializer(hint, direction).ref
    return {} if hint is Any else _schema_of_type(hint)


def _meta_of(note: str | type[Choices] | JsonSchema) -> dict[str, Any]:
    """Return what a note of `Annotated` adds to the schema of its field."""
    if isinstance(note, str):
        return {"description": note}
    if isinstance(note, type):
        return _schema_of_type(note)
    return dict(note.keys)


def _schema_of_type(kind: Any) -> dict[str, Any]:
    schema: dict[str, Any] = resolve_type_hint(kind)
    return schema


@cache
def whole_document() -> dict[str, Any]:
    """Return the document. To make it takes a second, so each process does it only once."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document


@answers_conditionally
class DocumentView(APIView):
    """Serves the document."""

    renderer_classes = (OpenApiJsonRenderer2,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Answer with the whole document as JSON."""
        return Response(whole_document())
