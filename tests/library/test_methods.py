"""Which methods can use a style, with and without its picture."""

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


def test_lists_all_methods_for_a_picture() -> None:
    assert usable_methods(make_style()) == ["fast", "slow"]


def test_lists_only_methods_that_need_no_picture_for_a_code() -> None:
    assert usable_methods(make_code_style()) == ["fast"]
