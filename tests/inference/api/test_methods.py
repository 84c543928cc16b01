"""Tests of methods and capabilities, with which an app draws controls and checks files."""

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from common.uploads import MAX_MEGAPIXELS, MIN_SIDE
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.spec import BOUNDS, MAX_STYLES, TransferSpec
from tests.support.clients import assert_problem

METHODS, CAPABILITIES = "/api/v1/methods/", "/api/v1/capabilities/"


def test_lists_every_method() -> None:
    assert [each["slug"] for each in APIClient().get(METHODS).json()] == list(METHOD_INFOS)


@pytest.mark.parametrize("slug", list(METHOD_INFOS))
def test_describes_controls_as_valid_json_schema(slug: str) -> None:
    controls = APIClient().get(f"{METHODS}{slug}/").json()["controls"]
    jsonschema.Draft202012Validator.check_schema(controls)
    assert controls["properties"]["size"]["maximum"] == BOUNDS["size"].high


def test_bounds_the_steps_of_a_slow_method() -> None:
    properties = APIClient().get(f"{METHODS}gatys/").json()["controls"]["properties"]
    assert properties["steps"]["maximum"] == METHOD_INFOS["gatys"].site_steps
    assert properties["features"]["enum"] == ["builtin", "builtin-light"]


@pytest.mark.parametrize("slug", list(METHOD_INFOS))
def test_describes_controls_whose_defaults_are_a_valid_spec(slug: str) -> None:
    controls = APIClient().get(f"{METHODS}{slug}/").json()["controls"]
    defaults = {name: each["default"] for name, each in controls["properties"].items()}
    jsonschema.validate(defaults, controls)
    assert TransferSpec.from_json({**defaults, "method": slug}).method == slug


def test_has_no_other_method() -> None:
    assert_problem(APIClient().get(f"{METHODS}magic/"), 404, "not_found")


def test_returns_the_limits_in_force() -> None:
    body = APIClient().get(CAPABILITIES).json()
    assert body["uploads"]["formats"] == list(MAX_MEGAPIXELS)
    assert body["uploads"]["max_bytes"] == settings.MAX_UPLOAD_BYTES
    assert body["uploads"]["min_side"] == MIN_SIDE
    assert body["jobs"]["max_styles"] == MAX_STYLES
    assert body["jobs"]["methods"] == list(METHOD_INFOS)
    assert "zh-hans" in body["languages"]


@pytest.mark.parametrize("address", [METHODS, CAPABILITIES])
def test_answers_304_to_a_client_that_has_it(address: str) -> None:
    first = APIClient().get(address)
    assert first["Cache-Control"] == "private, no-cache"
    again = APIClient().get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
