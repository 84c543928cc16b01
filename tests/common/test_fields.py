"""Fields that stop at their limit, before they look at what is inside."""

import pytest
from rest_framework import serializers

from common.fields import BoundedDictField, BoundedListField


class Untouchable(serializers.CharField):
    """A field that must not be read."""

    def run_validation(self, data: object = None) -> str:
        """Fail the test."""
        return pytest.fail(f"{data} was read")


def test_a_list_is_read_up_to_its_limit() -> None:
    assert BoundedListField(child=serializers.CharField(), max_length=2).run_validation(
        ["a", "b"]
    ) == ["a", "b"]
    with pytest.raises(serializers.ValidationError) as refused:
        BoundedListField(child=Untouchable(), max_length=2).run_validation(["a", "b", "c"])
    assert refused.value.get_codes() == ["max_length"]


@pytest.mark.parametrize("wrong", ["a", 1, {"a": 1}])
def test_a_list_is_a_list(wrong: object) -> None:
    with pytest.raises(serializers.ValidationError) as refused:
        BoundedListField(child=Untouchable(), max_length=2).run_validation(wrong)
    assert refused.value.get_codes() == ["not_a_list"]


@pytest.mark.parametrize(
    ("data", "code"), [({"a": 1, "b": 2, "c": 3}, "max_fields"), ({"abcd": 1}, "long_name")]
)
def test_an_object_has_few_fields_with_short_names(data: dict[str, int], code: str) -> None:
    field = BoundedDictField(child=Untouchable(), max_fields=2, max_name=3)
    with pytest.raises(serializers.ValidationError) as refused:
        field.run_validation(data)
    assert refused.value.get_codes() == [code]
    assert BoundedDictField(max_fields=2, max_name=3).run_validation({"abc": 1}) == {"abc": 1}
