"""Tests of the reasons of failures: each hint is in the catalog of every language."""

import errno

import pytest
from django.utils.translation import gettext, override

from common.storage import StorageFull
from inference.worker.failures import ENGINE_HINTS, StyleWithdrawn, reason
from inference.worker.heartbeat import DeadlinePassed
from style_transfer.core import errors
from style_transfer.core.errors import EngineError

FORESEEN = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, EngineError)
]
OTHERS = [
    DeadlinePassed(),
    StyleWithdrawn(),
    StorageFull(),
    MemoryError(),
    OSError(errno.ENOSPC, "full"),
    ValueError(),
]


@pytest.mark.parametrize("failure", FORESEEN, ids=lambda each: each.__name__)
def test_lists_each_hint_of_the_engine(failure: type[EngineError]) -> None:
    assert failure.hint in ENGINE_HINTS


@pytest.mark.parametrize(
    "hint",
    [*ENGINE_HINTS, *(reason(each)[1] for each in OTHERS)],
)
def test_gives_hints_in_chinese_too(hint: str) -> None:
    with override("zh-hans"):
        assert gettext(hint) != hint
