"""Batches: each picture is painted like a single one, and each failure affects only one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.budget import Plan
from style_transfer.core.errors import DeviceMissingError, EngineError, InternalError
from style_transfer.core.spec import (
    BatchStep,
    Color,
    PaintRequest,
    StyleInput,
    TransferSpec,
    Variant,
)
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.method import FastMethod
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Attempt, Frame
from style_transfer.pipeline import batching
from style_transfer.pipeline.batching import stylize_batch
from style_transfer.pipeline.stylize import stylize

FAST = TransferSpec()
CPU = torch.device("cpu")


def soft(seed: int, width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 4), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def request(seed: int = 0, spec: TransferSpec = FAST, width: int = 48) -> PaintRequest:
    return PaintRequest(soft(seed, width), [StyleInput(soft(100 + seed))], spec)


def broken(code: bytes = b"no code") -> PaintRequest:
    return PaintRequest(soft(0), [StyleInput(None, embedding=code)], FAST)


def run(requests: Sequence[PaintRequest], pass_size: int = 8) -> dict[int, BatchStep]:
    """Paint a batch; each request must end exactly once."""
    steps = list(stylize_batch(requests, device="cpu", pass_size=pass_size))
    found = {step.index: step for step in steps}
    assert sorted(found) == list(range(len(requests))) == sorted(step.index for step in steps)
    assert all((step.step is None) != (step.error is None) for step in steps)
    return found


def picture(step: BatchStep) -> Image.Image:
    assert step.step is not None
    assert step.step.image is not None
    return step.step.image


def alone(wanted: PaintRequest) -> Image.Image:
    *_, last = stylize(wanted.content, wanted.styles, wanted.spec, device="cpu")
    assert last.image is not None
    return last.image


def same(one: Image.Image, other: Image.Image) -> bool:
    """Compare pictures except for the last bits, which depend on the batch size.

    In a few places such a bit decides which of two equally similar patches is used.
    """
    away = np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int))
    return (one.mode, one.size) == (other.mode, other.size) and away.mean() < 2


class TestResults:
    def test_equal_those_of_single_pictures(self) -> None:
        requests = [request(seed) for seed in range(3)]
        for index, step in run(requests).items():
            assert same(picture(step), alone(requests[index]))

    def test_differ_between_requests(self) -> None:
        found = run([request(seed) for seed in range(3)])
        assert not same(picture(found[0]), picture(found[1]))
        assert not same(picture(found[1]), picture(found[2]))

    def test_follow_the_spec_of_each(self) -> None:
        specs = [
            replace(FAST, color=Color.CONTENT),
            replace(FAST, color=Color.MATCH),
            replace(FAST, style_scale=4),
            replace(FAST, strength=0.2),
            replace(FAST, size=64),
            replace(FAST, variant=Variant.LIGHT),
            FAST,
        ]
        styles = [StyleInput(soft(100, 300, 300))]
        requests = [PaintRequest(soft(0), styles, spec) for spec in specs]
        found = run(requests)
        for index, step in found.items():
            assert same(picture(step), alone(requests[index]))
        assert len({picture(step).tobytes() for step in found.values()}) == len(requests)

    def test_are_the_photo_at_strength_0(self) -> None:
        found = run([request(0, replace(FAST, strength=0)), request(1)])
        assert picture(found[0]).tobytes() == soft(0).tobytes()

    def test_have_the_mask_of_each(self) -> None:
        halves = [Image.new("L", (48, 32), 0) for _ in range(2)]
        for place, half in enumerate(halves):
            half.paste(255, (24 * place, 0, 24 * place + 24, 32))
        masks = [None, *halves, Image.new("L", (9, 9))]
        requests = [replace(request(0), mask=mask) for mask in masks]
        found = run(requests)
        whole, first, second = (np.asarray(picture(found[index])) for index in range(3))
        photo = np.asarray(requests[0].content)
        assert np.array_equal(first[:, 24:], photo[:, 24:])
        assert np.array_equal(second[:, :24], photo[:, :24])
        assert np.array_equal(first[:, :20], whole[:, :20])
        error = found[3].error
        assert error is not None
        assert error.code == "mask_shape"

    def test_keep_the_alpha_of_each(self) -> None:
        requests = [PaintRequest(soft(0, mode=mode), request().styles, FAST) for mode in MODES]
        found = run(requests)
        assert [picture(found[index]).mode for index in range(2)] == MODES
        alpha = requests[1].content.getchannel("A").tobytes()
        assert picture(found[1]).getchannel("A").tobytes() == alpha

    def test_blend_several_styles_each(self) -> None:
        styles = [StyleInput(soft(101), 0.3), StyleInput(soft(102), 0.7)]
        requests = [PaintRequest(soft(0), styles, FAST), PaintRequest(soft(1), styles[::-1], FAST)]
        for index, step in run(requests).items():
            assert same(picture(step), alone(requests[index]))

    def test_come_with_a_report(self) -> None:
        for step in run([request(0), request(1, width=32)]).values():
            assert step.step is not None
            assert (step.step.done, step.step.total, step.step.stage) == (1, 1, "done")
            report = step.step.report
            assert report is not None
            assert report.result_size == picture(step).size
            assert set(report.weights) == {"builtin", "fast"}
            assert report.seconds > 0

    def test_are_empty_for_an_empty_batch(self) -> None:
        assert run([]) == {}


MODES = ["RGB", "RGBA"]


class TestGroups:
    def test_come_as_soon_as_one_is_full(self) -> None:
        sizes = [48, 32, 48, 32, 64]
        requests = [request(seed, width=width) for seed, width in enumerate(sizes)]
        order = [step.index for step in stylize_batch(requests, device="cpu", pass_size=2)]
        assert order == [0, 2, 1, 3, 4]

    def test_contain_at_most_the_pass_size(self) -> None:
        order = [step.index for step in stylize_batch([request(0)] * 5, device="cpu", pass_size=2)]
        assert order == [0, 1, 2, 3, 4]

    def test_share_codes_through_the_cache(self) -> None:
        cache = EmbeddingCache()
        requests = [PaintRequest(soft(seed), [StyleInput(soft(9))], FAST) for seed in range(3)]
        assert len(list(stylize_batch(requests, device="cpu", cache=cache))) == 3
        code = cache.embedding_of(soft(9), load_painter(CPU))
        assert cache.embedding_of(soft(9), load_painter(CPU)) is code

    def test_are_smaller_within_a_limit(self) -> None:
        requests = [request(seed, width=200) for seed in range(3)]
        steps = list(stylize_batch(requests, device="cpu", pass_size=3, memory_mb=50))
        reports = [step.step and step.step.report for step in steps]
        assert all(report and report.memory_mb <= 50 for report in reports)
        assert all(picture(step).width == 200 for step in steps)

    def test_fail_only_for_a_picture_that_does_not_fit(self) -> None:
        large = PaintRequest(soft(0, 1500, 1200), [StyleInput(soft(1))], FAST)
        found = list(stylize_batch([request(0), large], device="cpu", memory_mb=60))
        codes = {step.index: step.error and step.error.code for step in found}
        assert codes == {0: None, 1: "out_of_memory"}


class TestFailures:
    def test_affect_only_their_own_picture(self) -> None:
        foreign = StyleEmbedding.from_picture(soft(9), load_painter(CPU))
        requests = [
            request(0),
            broken(),
            request(1),
            PaintRequest(soft(0), [], FAST),
            PaintRequest(soft(0), [StyleInput(soft(1), -1)], FAST),
            request(2, TransferSpec(method="optimize", steps=1)),
            broken(replace(foreign, encoder="f" * 64).to_bytes()),
            PaintRequest(soft(0), [StyleInput(Image.new("F", (4, 4)))], FAST),
            request(3),
        ]
        found = run(requests)
        codes = [step.error and step.error.code for _, step in sorted(found.items())]
        assert codes == [
            None,
            "style_code_unusable",
            None,
            "spec_invalid",
            "spec_invalid",
            "spec_invalid",
            "style_code_unusable",
            None,
            None,
        ]
        for index in (0, 2, 8):
            assert same(picture(found[index]), alone(requests[index]))

    def test_in_a_pass_are_isolated_by_painting_one_by_one(self) -> None:
        poison = StyleEmbedding.from_picture(soft(9), load_painter(CPU))
        means = {level: mean * 1e30 for level, mean in poison.means.items()}
        requests = [request(0), broken(replace(poison, means=means).to_bytes()), request(1)]
        found = run(requests)
        error = found[1].error
        assert isinstance(error, EngineError)
        assert error.code == "internal"
        for index in (0, 2):
            assert same(picture(found[index]), alone(requests[index]))

    def test_are_found_on_the_device_of_the_picture(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """After a fallback the picture is on the CPU, and the photos are still on the GPU."""
        places: list[tuple[torch.device, torch.device]] = []

        def paint(
            _: object, photos: Tensor, _own: object, _strength: float, attempt: Attempt, _plan: Plan
        ) -> Iterator[Frame]:
            painted = photos.float() / 255
            yield Frame(1, 1, painted if attempt.exact else painted.to("meta"))

        def refuse(painted: Tensor, photos: Tensor) -> None:
            places.append((painted.device, photos.device))
            raise InternalError("The picture came out odd.")

        monkeypatch.setattr(FastMethod, "paint_pass", paint)
        monkeypatch.setattr(batching, "check_result", refuse)
        assert picture(run([request()])[0]).size == (48, 32)
        [(one, other)] = places
        assert one == other == torch.device("meta")

    def test_of_a_missing_device_affect_all(self) -> None:
        with pytest.raises(DeviceMissingError):
            next(stylize_batch([request()], device="tpu"))


class TestEarlyExit:
    def test_stops_painting(self) -> None:
        asked: list[int] = []

        class Requests(list[PaintRequest]):
            def __iter__(self):  # type: ignore[no-untyped-def]
                for index, each in enumerate(super().__iter__()):
                    asked.append(index)
                    yield each

        steps = stylize_batch(
            Requests([request(seed) for seed in range(6)]), device="cpu", pass_size=2
        )
        assert next(steps).index == 0
        steps.close()
        assert asked == [0, 1]

    def test_keeps_the_callers_gradient_mode(self) -> None:
        for _ in stylize_batch([request(0), request(1)], device="cpu"):
            assert torch.is_grad_enabled()
