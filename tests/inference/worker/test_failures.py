"""Tests of the reasons of failures: each hint is in the catalog of every language."""

import errno

import pytest
from django.utils.translation import gettext, override

from common.storage import StorageFull
from inference.worker.failures import ENGINE_HINTS, UNAVAILABLE, StyleWithdrawn, reason
from inference.worker.heartbeat import DeadlinePassed
from style_transfer.core import errors
from style_transfer.core.backbones import FeaturesMissingError
from style_transfer.core.errors import DeviceMissingError, EngineError, ModelMissingError
from style_transfer.core.manifest import ManifestError
from style_transfer.methods.network.schedule import NetworkMissingError

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
    assert reason(failure("It failed."))[1] in {*ENGINE_HINTS, UNAVAILABLE}


@pytest.mark.parametrize(
    "error",
    [
        ModelMissingError("The weights vgg19 are not installed."),
        NetworkMissingError("No network was trained for this style."),
        ManifestError("The manifest cannot be read."),
        FeaturesMissingError("The feature network VGG-19 is not installed here."),
        DeviceMissingError("There is no cuda."),
    ],
    ids=lambda each: each.code,
)
def test_tells_no_visitor_a_command_for_the_administrator(error: EngineError) -> None:
    code, hint = reason(error)
    assert code == error.code
    assert hint == UNAVAILABLE


@pytest.mark.parametrize(
    "hint",
    [*ENGINE_HINTS, UNAVAILABLE, *(reason(each)[1] for each in OTHERS)],
)
def test_gives_hints_in_chinese_too(hint: str) -> None:
    with override("zh-hans"):
        assert gettext(hint) != hint
