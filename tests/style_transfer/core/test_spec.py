import dataclasses
import json
import subprocess
import sys

import pytest

from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.controls import controls_of
from style_transfer.core.errors import EngineError
from style_transfer.core.spec import (
    BOUNDS,
    OPTIONAL,
    SWITCHES,
    VERSION,
    Bound,
    Color,
    Init,
    Report,
    SpecError,
    Step,
    TransferSpec,
)


class TestBound:
    def test_accepts_both_ends(self) -> None:
        bound = Bound(0, 1)
        assert bound.accepts(0)
        assert bound.accepts(1.0)

    @pytest.mark.parametrize(
        "value",
        [-0.1, 1.1, float("nan"), float("inf"), True, "1", None],
        ids=["below", "above", "nan", "infinite", "boolean", "text", "none"],
    )
    def test_refuses_other_values(self, value: object) -> None:
        assert not Bound(0, 1).accepts(value)

    def test_refuses_a_fraction_for_a_whole_number(self) -> None:
        assert not Bound(1, 9, whole=True).accepts(2.5)
        assert Bound(1, 9, whole=True).accepts(2)

    def test_says_what_is_allowed(self) -> None:
        assert Bound(0.25, 4).sentence() == "must be a number from 0.25 to 4"
        assert BOUNDS["size"].sentence() == "must be a whole number from 64 to 4096"
        assert BOUNDS["seed"].sentence() == "must be a whole number from 0 to 2147483647"


class TestTransferSpec:
    def test_has_defaults_that_are_valid(self) -> None:
        spec = TransferSpec()
        assert (spec.method, spec.strength, spec.color) == ("fast", 0.75, Color.STYLE)
        assert spec.size is None
        assert spec.steps is None

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            TransferSpec().strength = 1  # type: ignore[misc]

    def test_converts_a_color_name_to_the_choice(self) -> None:
        assert TransferSpec(color="content").color is Color.CONTENT  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", sorted(BOUNDS))
    def test_accepts_both_ends_of_each_bound(self, name: str) -> None:
        bound = BOUNDS[name]
        for end in (bound.low, bound.high):
            value = int(end) if bound.whole else end
            assert getattr(TransferSpec.from_json({name: value}), name) == value

    @pytest.mark.parametrize("name", sorted(BOUNDS))
    def test_names_the_field_that_is_out_of_bounds(self, name: str) -> None:
        for value in (BOUNDS[name].low - 1, BOUNDS[name].high + 1, "a"):
            with pytest.raises(SpecError) as caught:
                TransferSpec.from_json({name: value})
            assert caught.value.fields == {name: BOUNDS[name].sentence()}

    @pytest.mark.parametrize("name", sorted(set(BOUNDS) - OPTIONAL))
    def test_refuses_none_where_a_number_is_needed(self, name: str) -> None:
        with pytest.raises(SpecError):
            TransferSpec.from_json({name: None})

    @pytest.mark.parametrize("name", ["method", "color", "features", "keep_faces"])
    def test_lists_the_valid_choices_for_a_wrong_one(self, name: str) -> None:
        for value in ("telepathy", None, 3):
            with pytest.raises(SpecError, match=f"{name} must be one of"):
                TransferSpec.from_json({name: value})

    @pytest.mark.parametrize("name", SWITCHES)
    def test_takes_only_true_or_false_for_a_switch(self, name: str) -> None:
        assert getattr(TransferSpec.from_json({name: True}), name) is True
        for value in (1, 0, "true", None):
            with pytest.raises(SpecError, match=f"{name} must be true or false"):
                TransferSpec.from_json({name: value})

    def test_lists_all_wrong_fields_at_once(self) -> None:
        with pytest.raises(SpecError) as caught:
            TransferSpec(strength=2, size=3, features="other")
        assert set(caught.value.fields) == {"strength", "size", "features"}
        assert "strength must be a number from 0 to 1" in str(caught.value)

    def test_fails_as_an_engine_error_with_a_code(self) -> None:
        error = SpecError({"seed": "is odd"})
        assert isinstance(error, EngineError)
        assert error.code == "spec_invalid"


class TestJson:
    def test_of_a_request_of_the_first_version_is_what_it_was(self) -> None:
        # Stored requests are compared by a digest of this.
        assert set(TransferSpec().to_json()) == {
            *("version", "method", "strength", "color", "style_scale", "size", "steps", "seed"),
            "features",
        }

    def test_is_unchanged_after_conversion_to_text_and_back(self) -> None:
        spec = TransferSpec(strength=0.5, color=Color.MATCH, size=640, steps=9, seed=7)
        assert TransferSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec

    def test_carries_its_version(self) -> None:
        assert TransferSpec().to_json()["version"] == VERSION

    def test_reads_a_row_without_version_and_fills_absent_fields(self) -> None:
        assert TransferSpec.from_json({"strength": 1}) == TransferSpec(strength=1)

    def test_does_not_change_what_it_reads(self) -> None:
        data = TransferSpec().to_json()
        TransferSpec.from_json(data)
        assert data == TransferSpec().to_json()

    @pytest.mark.parametrize("version", [VERSION + 1, 0, "1", None])
    def test_refuses_versions_it_does_not_know(self, version: object) -> None:
        with pytest.raises(SpecError, match="version"):
            TransferSpec.from_json({"version": version})

    def test_writes_controls_of_the_recipe_only_where_they_differ(self) -> None:
        assert "style_weight" not in TransferSpec().to_json()
        changed = TransferSpec(method="gatys", style_weight=5e5, init=Init.NOISE)
        assert changed.to_json()["style_weight"] == 5e5
        assert changed.to_json()["init"] == "noise"
        assert TransferSpec.from_json(changed.to_json()) == changed

    @pytest.mark.parametrize("weight", [0, 1e12, float("nan"), "1"])
    def test_refuses_a_style_weight_out_of_bounds(self, weight: object) -> None:
        with pytest.raises(SpecError) as caught:
            TransferSpec.from_json({"method": "gatys", "style_weight": weight})
        assert caught.value.fields == {"style_weight": "must be a number from 1 to 1000000000"}

    def test_refuses_a_recipe_without_any_layer(self) -> None:
        with pytest.raises(SpecError) as caught:
            TransferSpec(**{f"layer{number}_weight": 0.0 for number in range(1, 6)})  # type: ignore[arg-type]
        assert list(caught.value.fields) == ["layer1_weight"]

    def test_refuses_unknown_fields(self) -> None:
        with pytest.raises(SpecError) as caught:
            TransferSpec.from_json({"brush": 1, "strength": 1})
        assert caught.value.fields == {"brush": "is not a known field"}


class TestMethodInfo:
    def test_describes_each_control_with_its_bounds(self) -> None:
        for info in METHOD_INFOS.values():
            properties = controls_of(info)["properties"]
            assert tuple(properties) == info.used
            for name in BOUNDS.keys() & properties.keys():
                assert properties[name]["minimum"] == BOUNDS[name].low
                assert properties[name]["maximum"] == BOUNDS[name].high

    def test_offers_what_all_methods_have_in_common(self) -> None:
        for info in METHOD_INFOS.values():
            assert {"style_scale", "size", "color"} <= set(info.used)

    def test_omits_controls_that_a_method_ignores(self) -> None:
        assert "steps" not in controls_of(METHOD_INFOS["fast"])["properties"]
        assert "steps" in controls_of(METHOD_INFOS["optimize"])["properties"]

    def test_says_which_methods_need_pictures_of_the_styles(self) -> None:
        needing = {slug for slug, info in METHOD_INFOS.items() if info.needs_pictures}
        assert needing == {"gatys", "network"}

    def test_gives_defaults_that_the_spec_accepts(self) -> None:
        for info in METHOD_INFOS.values():
            properties = controls_of(info)["properties"]
            defaults = {name: control["default"] for name, control in properties.items()}
            spec = TransferSpec.from_json({**defaults, "method": info.slug})
            assert spec.steps == (info.default_steps if "steps" in properties else None)

    def test_is_plain_json(self) -> None:
        controls = controls_of(METHOD_INFOS["optimize"])
        assert json.loads(json.dumps(controls)) == controls
        assert controls["properties"]["color"]["enum"] == ["style", "content", "match"]

    def test_marks_fields_that_may_be_empty(self) -> None:
        properties = controls_of(METHOD_INFOS["optimize"])["properties"]
        assert properties["size"]["type"] == ["integer", "null"]
        assert properties["seed"]["type"] == "integer"
        assert properties["strength"]["type"] == "number"
        assert properties["mask_invert"]["type"] == "boolean"

    def test_is_stored_under_its_slug(self) -> None:
        assert all(slug == info.slug for slug, info in METHOD_INFOS.items())


def test_converts_a_report_to_plain_json() -> None:
    report = Report("CMYK", (30, 20), (60, 40), conversions=("CMYK to RGB",), weights={"a": "f0"})
    plain = report.to_json()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["source_size"] == [30, 20]
    assert plain["weights"] == {"a": "f0"}


def test_has_no_picture_in_a_step_by_default() -> None:
    step = Step(1, 10, "painting")
    assert step.image is None
    assert step.report is None


def test_never_loads_torch() -> None:
    code = "import sys, style_transfer.core.spec, style_transfer.core.errors; print('torch' in sys.modules)"  # noqa: E501
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
