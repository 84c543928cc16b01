"""The OpenAPI document and its page: valid, complete, and allowed by the policy of the site."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from accounts.models import Scope
from common.media import CONTENT_TYPES
from common.openapi import whole_document
from style_transfer.core.spec import BOUNDS, TransferSpec
from tests.styleweb.test_api_access import MATRIX
from tests.support.routes import routes

UNDOCUMENTED = {"api-schema", "api-docs"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document. Every warning of its generation is an error."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    parsed: dict[str, Any] = json.loads(out.getvalue())
    return parsed


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every path, method and operation."""
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_has_a_version_that_supports_json_schema(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_describes_every_route(document: dict[str, Any]) -> None:
    described = len(operations(document))
    assert described == sum(1 for route, _method in routes() if route not in UNDOCUMENTED)


def test_describes_every_operation(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["description"].strip(), (path, method)
        assert 5 < len(operation["summary"]) < 100, (path, method, operation["summary"])


def test_names_every_operation_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert len(names) == len(set(names))


def test_describes_failures_of_every_operation(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        problem = operation["responses"]["429"]["content"]["application/problem+json"]
        assert problem["schema"]["$ref"].endswith("/Problem"), (path, method)
        if "{" in path:
            assert "404" in operation["responses"], (path, method)


def test_lets_everybody_call_what_needs_no_sign_in(document: dict[str, Any]) -> None:
    needs_none = {row.route for row in MATRIX if row.method == "get" and row.nobody == 200}
    open_to_all = {
        path
        for path, method, operation in operations(document)
        if method == "get" and {} in operation["security"]
    }
    assert len(open_to_all) == len(needs_none - UNDOCUMENTED)
    assert document["paths"]["/api/v1/photos/"]["get"]["security"] == [
        {"token": []},
        {"cookieAuth": []},
    ]


def test_names_the_formats_of_pictures(document: dict[str, Any]) -> None:
    for path, _method, operation in operations(document):
        if path.endswith("/file/"):
            kinds = set(operation["responses"]["200"]["content"])
            assert kinds == {*CONTENT_TYPES.values(), "application/octet-stream"}


def test_calls_nothing_a_uri_that_may_be_empty(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    fields = [
        (name, field)
        for name, schema in schemas.items()
        for field, declared in schema.get("properties", {}).items()
        if declared.get("format") == "uri"
    ]
    assert {field for _name, field in fields} == {"next", "previous"}


def test_allows_an_artwork_without_a_license(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    either = schemas["Artwork"]["properties"]["license"]["oneOf"]
    assert {"$ref": "#/components/schemas/BlankEnum"} in either
    assert schemas["BlankEnum"]["enum"] == [""]


def test_demands_no_control_of_a_spec(document: dict[str, Any]) -> None:
    spec = document["components"]["schemas"]["JobRequest"]["properties"]["spec"]
    assert "required" not in spec
    assert not [name for name, field in spec["properties"].items() if "default" in field]


def test_describes_the_token(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    listed = document["components"]["schemas"]["ScopesEnum"]["enum"]
    assert set(listed) == set(Scope.values)


def test_uses_the_bounds_of_the_engine_for_a_spec(document: dict[str, Any]) -> None:
    spec = document["components"]["schemas"]["JobRequest"]["properties"]["spec"]
    for name, bound in BOUNDS.items():
        assert spec["properties"][name]["minimum"] == bound.low
        assert spec["properties"][name]["maximum"] == bound.high


def test_shows_an_example_with_a_valid_spec(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/jobs/"]["post"]["requestBody"]["content"]
    (example,) = content["application/json"]["examples"].values()
    assert TransferSpec.from_json(example["value"]["spec"]).strength == 0.8


def test_describes_the_fields_of_a_job(document: dict[str, Any]) -> None:
    job = document["components"]["schemas"]["Job"]["properties"]
    assert {"state", "seq", "progress", "result", "error", "license"} <= set(job)


@pytest.mark.django_db
class TestPage:
    def test_has_no_inline_script_or_style(self) -> None:
        response = Client().get("/api/v1/docs/")
        page = response.content.decode()
        assert response.status_code == 200
        assert "<style" not in page
        assert "onclick" not in page
        scripts = re.findall(r"<script\b[^>]*>", page)
        assert len(scripts) > 3
        assert all(" src=" in script for script in scripts)

    def test_is_served_under_the_strict_policy(self) -> None:
        policy = Client().get("/api/v1/docs/")["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    def test_loads_everything_from_this_site(self) -> None:
        page = Client().get("/api/v1/docs/").content.decode()
        assert "http://" not in page
        assert "https://" not in page
        for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
            assert finders.find(f"drf_spectacular_sidecar/swagger-ui-dist/{name}")

    def test_loads_its_start_script_from_its_own_address(self) -> None:
        response = Client().get("/api/v1/docs/?script=")
        assert response["Content-Type"].startswith("application/javascript")
        assert "/api/v1/schema/" in response.content.decode()

    def test_serves_the_document_as_json(self) -> None:
        response = Client().get("/api/v1/schema/", headers={"Accept": "text/html, */*;q=0.8"})
        assert response["Content-Type"].startswith("application/json")
        assert response.json()["info"]["title"] == "Styleweb API"

    def test_makes_the_document_once(self, document: dict[str, Any]) -> None:
        first = Client().get("/api/v1/schema/")
        assert first.json() == document
        assert whole_document() is whole_document()
        again = Client().get("/api/v1/schema/", headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
