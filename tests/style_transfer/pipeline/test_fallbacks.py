"""The fallbacks after a failed attempt to paint."""

from collections.abc import Iterator, Sequence

import pytest
import torch

from style_transfer.backends.choice import Choice
from style_transfer.backends.sessions import ProviderMissingError
from style_transfer.backends.variants import REFERENCE, Variant
from style_transfer.core.budget import TILINGS, OverLimitError
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.errors import EngineError, InternalError, OutOfMemoryError
from style_transfer.core.spec import BatchStep, Step
from style_transfer.methods.frame import Attempt
from style_transfer.pipeline.fallbacks import attempts_of, try_alone, try_in_turn, try_together

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
TILED, SHRUNK, WHOLE = (METHOD_INFOS[slug] for slug in ("fast", "optimize", "network"))


class TestAttempts:
    def test_of_a_tiled_method_use_the_smallest_tiles_and_the_cpu(self) -> None:
        smallest = TILINGS[-1]
        on_cpu = [Attempt(CPU), Attempt(CPU, tiling=smallest)]
        on_gpu = [
            Attempt(GPU),
            Attempt(GPU, tiling=smallest),
            Attempt(CPU, tiling=smallest),
        ]
        assert attempts_of(TILED, CPU) == on_cpu
        assert attempts_of(TILED, GPU) == on_gpu

    def test_of_a_method_that_shrinks_use_fewer_pixels_than_painted(self) -> None:
        found = attempts_of(SHRUNK, GPU, most=1000, size=(20, 20))
        assert found == [
            Attempt(GPU, 1000),
            Attempt(GPU, 200),
            Attempt(GPU, 100),
            Attempt(CPU, 100),
        ]

    def test_keep_the_size_of_a_continued_painting(self) -> None:
        assert attempts_of(SHRUNK, CPU, most=1000) == [Attempt(CPU, 1000)]

    def test_of_other_methods_use_the_cpu(self) -> None:
        assert attempts_of(WHOLE, GPU, size=(9, 9)) == [Attempt(GPU), Attempt(CPU)]
        assert attempts_of(WHOLE, CPU, size=(9, 9)) == [Attempt(CPU)]


class Painter:
    """Raises its errors one after the other, then paints; records the attempts."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.tried = list(errors), list[Attempt]()

    def __call__(self, attempt: Attempt) -> Iterator[str]:
        self.tried.append(attempt)
        yield "begun"
        if self.errors:
            raise self.errors.pop(0)
        yield "done"


class TestInTurn:
    ATTEMPTS = attempts_of(TILED, GPU)

    def test_uses_only_the_first_attempt_when_it_succeeds(self) -> None:
        painter = Painter()
        assert [*try_in_turn(TILED, self.ATTEMPTS, painter)] == ["begun", "done"]
        assert painter.tried == self.ATTEMPTS[:1]

    def test_tries_the_next_attempt_when_memory_runs_out(self) -> None:
        painter = Painter(MemoryError(), torch.OutOfMemoryError("CUDA out of memory"))
        assert [*try_in_turn(TILED, self.ATTEMPTS, painter)][-1] == "done"
        assert painter.tried == self.ATTEMPTS

    def test_names_lack_of_memory_after_the_last_attempt(self) -> None:
        painter = Painter(*[MemoryError() for _ in range(5)])
        with pytest.raises(OutOfMemoryError):
            list(try_in_turn(TILED, self.ATTEMPTS, painter))
        assert painter.tried == self.ATTEMPTS

    def test_tries_no_other_attempt_after_a_plan_beyond_the_limit(self) -> None:
        painter = Painter(OverLimitError("too large"))
        with pytest.raises(OverLimitError):
            list(try_in_turn(TILED, self.ATTEMPTS, painter))
        assert painter.tried == self.ATTEMPTS[:1]

    def test_repaints_a_broken_picture_in_full_precision(self) -> None:
        painter = Painter(InternalError("nan"), MemoryError(), InternalError("nan"))
        assert [*try_in_turn(TILED, self.ATTEMPTS, painter)][-1] == "done"
        tried = [(attempt.device, attempt.tiling, attempt.exact) for attempt in painter.tried]
        assert tried == [
            (GPU, None, False),
            (GPU, None, True),
            (GPU, TILINGS[-1], False),
            (GPU, TILINGS[-1], True),
        ]

    def test_fails_at_once_for_a_method_without_half_precision(self) -> None:
        painter = Painter(InternalError("nan"))
        with pytest.raises(InternalError):
            list(try_in_turn(SHRUNK, attempts_of(SHRUNK, CPU), painter))
        assert len(painter.tried) == 1

    ONNX = Variant.named("onnx-int8")

    def test_paints_by_torch_if_a_provider_does_not_start(self) -> None:
        attempts = attempts_of(TILED, GPU, choice=Choice(self.ONNX, ("TensorRT",)))
        painter = Painter(ProviderMissingError("could not be started"))
        assert [*try_in_turn(TILED, attempts, painter)][-1] == "done"
        assert [each.variant for each in painter.tried] == [self.ONNX, REFERENCE]

    def test_says_that_a_provider_does_not_start_if_onnx_was_asked_for(self) -> None:
        choice = Choice(self.ONNX, ("TensorRT",), required=True)
        painter = Painter(ProviderMissingError("could not be started"))
        with pytest.raises(ProviderMissingError):
            list(try_in_turn(TILED, attempts_of(TILED, GPU, choice=choice), painter))
        assert len(painter.tried) == 1

    def test_raises_other_errors(self) -> None:
        painter = Painter(RuntimeError("boom"))
        with pytest.raises(RuntimeError, match="boom"):
            list(try_in_turn(TILED, self.ATTEMPTS, painter))
        assert len(painter.tried) == 1


class TestTogether:
    @staticmethod
    def paint(pictures: Sequence[str]) -> list[str]:
        if "bad" in pictures:
            raise EngineError("bad")
        return [f"{each} of {len(pictures)}" for each in pictures]

    def test_paints_all_in_one_pass(self) -> None:
        assert dict(try_together(["a", "b"], self.paint)) == {"a": "a of 2", "b": "b of 2"}

    def test_paints_one_by_one_after_a_failed_pass(self) -> None:
        found = dict(try_together(["a", "bad", "b"], self.paint))
        assert (found["a"], found["b"]) == ("a of 1", "b of 1")
        assert isinstance(found["bad"], EngineError)


def test_tries_a_request_alone_that_did_not_fit_in_a_pass() -> None:
    assert try_alone(BatchStep(0, error=OutOfMemoryError("small")))
    assert not try_alone(BatchStep(0, error=EngineError("odd")))
    assert not try_alone(BatchStep(0, Step(1, 1, "done")))
