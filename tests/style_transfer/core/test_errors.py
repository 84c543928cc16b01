import pytest

from style_transfer.core import errors
from style_transfer.core.errors import EngineError, InputTooLargeError, InternalError

ALL = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, EngineError)
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_has_a_code_and_a_hint(error: type[EngineError]) -> None:
    assert error.code.replace("_", "").isalpha()
    assert error.hint.endswith(".")


def test_has_the_documented_codes() -> None:
    assert {error.code for error in ALL} == {
        "internal",
        "input_unreadable",
        "input_too_large",
        "out_of_memory",
        "model_missing",
        "device_missing",
    }


def test_converts_to_its_message() -> None:
    assert str(InputTooLargeError("The photo has 90 megapixels.")) == "The photo has 90 megapixels."


def test_accepts_a_specific_hint() -> None:
    error = InputTooLargeError("Too large.", hint="Send at most 50 megapixels.")
    assert error.hint == "Send at most 50 megapixels."
    assert InputTooLargeError.hint == "Use a smaller picture."


def test_keeps_internal_as_the_fallback_code() -> None:
    assert InternalError("Broken.").code == EngineError("Broken.").code == "internal"
