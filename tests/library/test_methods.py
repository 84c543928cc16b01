"""Which ways of painting can use a style, with and without its picture."""

import pytest

from library import methods
from library.methods import register_method, usable_methods
from tests.support.factories import make_code_style, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "_usable", {})
    register_method("fast", lambda _style: True)
    register_method("slow", lambda style: style.has_picture)


def test_a_picture_can_be_used_by_all() -> None:
    assert usable_methods(make_style()) == ["fast", "slow"]


def test_a_code_alone_is_no_use_to_those_that_look_at_the_artwork() -> None:
    assert usable_methods(make_code_style()) == ["fast"]
