"""Tests of the form of the studio, which reads addresses and fields as users write them."""

import pytest
from django.http import QueryDict
from django.utils import translation

from inference.pages.forms import (
    DEFAULT_SIZE,
    METHOD_WORDS,
    initial_from,
    method_choice,
    spec_from,
    weights_from,
)
from inference.pages.recipes import studio_query
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import Color, SpecError, TransferSpec


class TestInitialFrom:
    def test_takes_the_defaults_of_the_engine(self) -> None:
        initial = initial_from(QueryDict())
        assert initial["strength"] == TransferSpec().strength
        assert initial["method"] == TransferSpec().method
        assert initial["size"] == DEFAULT_SIZE
        assert initial["styles"] == []

    def test_gives_each_page_its_own_job_id(self) -> None:
        assert initial_from(QueryDict())["job_id"] != initial_from(QueryDict())["job_id"]

    def test_reads_styles_with_and_without_weights(self) -> None:
        initial = initial_from(QueryDict("style=woodcut:0.7&style=mosaic"))
        assert initial["weights"] == {"woodcut": 0.7, "mosaic": 1.0}

    @pytest.mark.parametrize("weight", ["", "heavy", "-1", "0", "nan"])
    def test_reads_an_invalid_weight_as_one(self, weight: str) -> None:
        assert initial_from(QueryDict(f"style=woodcut:{weight}"))["weights"] == {"woodcut": 1.0}

    def test_takes_four_styles_at_most(self) -> None:
        query = QueryDict("&".join(f"style=s{number}" for number in range(6)))
        assert initial_from(query)["styles"] == ["s0", "s1", "s2", "s3"]

    def test_reads_back_what_a_recipe_links_to(self) -> None:
        spec = TransferSpec(strength=0.4, color=Color.MATCH, size=640, seed=7).to_json()
        initial = initial_from(QueryDict(studio_query({"woodcut": 0.7, "mosaic": 0.3}, spec)))
        assert initial["weights"] == {"woodcut": 0.7, "mosaic": 0.3}
        assert (initial["strength"], initial["color"]) == ("0.4", "match")
        assert (initial["size"], initial["seed"]) == ("640", "7")


class TestSpecFrom:
    def test_leaves_empty_fields_to_the_engine(self) -> None:
        assert spec_from({"strength": None, "size": None, "color": ""}) == TransferSpec()

    def test_keeps_a_strength_of_zero(self) -> None:
        assert spec_from({"strength": 0.0}).strength == 0.0

    def test_takes_the_chosen_method(self) -> None:
        assert spec_from({"method": "optimize"}).method == "optimize"
        assert spec_from({"method": ""}).method == TransferSpec().method

    def test_refuses_values_out_of_bounds(self) -> None:
        with pytest.raises(SpecError, match="strength"):
            spec_from({"strength": 2.0})


class TestMethodChoice:
    @pytest.mark.parametrize("slug", METHOD_INFOS)
    def test_describes_a_method_with_its_controls(self, slug: str) -> None:
        choice = method_choice(METHOD_INFOS[slug])
        assert choice["title"]
        assert choice["description"]
        assert "style_scale" in choice["controls"].split()
        assert ("steps" in choice["controls"].split()) == (slug in {"optimize", "gatys"})

    @pytest.mark.parametrize("info", METHOD_INFOS.values(), ids=METHOD_INFOS)
    def test_says_it_in_the_language_of_the_page(self, info: MethodInfo) -> None:
        assert {info.title, info.description} <= set(METHOD_WORDS)
        with translation.override("zh-hans"):
            choice = method_choice(info)
        assert choice["title"] != info.title
        assert choice["description"] != info.description


class TestWeightsFrom:
    def test_reads_only_the_fields_of_weights(self) -> None:
        assert weights_from({"weight-woodcut": "0.5", "strength": "0.7"}) == {"woodcut": 0.5}

    def test_keeps_weights_between_the_ends_of_the_slider(self) -> None:
        found = weights_from({"weight-a": "17", "weight-b": "0.0001"})
        assert found == {"a": 1.0, "b": 0.01}

    def test_ignores_invalid_weights(self) -> None:
        assert weights_from({"weight-a": "much", "weight-b": "-2", "weight-c": "nan"}) == {}
