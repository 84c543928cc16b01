"""Tests of calling the engine: several styles on one photo, of which a bad one fails alone."""

from pytest_django import Settings

from inference.worker import engine
from style_transfer.core.spec import SpecError, StyleInput, TransferSpec
from tests.support.factories import make_picture


def test_tries_each_style_alone() -> None:
    styles = [StyleInput(make_picture((80, 80), seed=seed)) for seed in (1, 2)]

    tried = list(engine.try_styles(make_picture(), styles, TransferSpec(size=64)))

    assert [index for index, _image, _error in tried] == [0, 1]
    pictures = [image for _index, image, error in tried if image and not error]
    assert [picture.size for picture in pictures] == [(64, 43)] * 2
    assert pictures[0].tobytes() != pictures[1].tobytes()


def test_a_bad_style_fails_alone() -> None:
    bad = StyleInput(make_picture((80, 80)), weight=-1)
    good = StyleInput(make_picture((80, 80), seed=3))

    tried = list(engine.try_styles(make_picture(), [bad, good], TransferSpec(size=64)))

    outcomes = {index: (image, error) for index, image, error in tried}
    assert isinstance(outcomes[0][1], SpecError)
    assert outcomes[1][0] is not None


class TestPicturesAtOnce:
    def test_is_one_on_a_cpu(self, settings: Settings) -> None:
        settings.STYLEWEB_DEVICE = "cpu"

        assert engine.pass_size() == 1

    def test_is_set_by_the_operator(self, settings: Settings) -> None:
        settings.JOB_BATCH = 3

        assert engine.pass_size() == 3
