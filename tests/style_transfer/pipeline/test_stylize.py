"""The function stylize: ordered steps, the same picture for the same request, named errors."""

import gc
import json
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.backends import choice
from style_transfer.backends.machine import describe_machine
from style_transfer.backends.sessions import CPU_PROVIDER, SETTING
from style_transfer.backends.variants import HALF, REFERENCE
from style_transfer.backends.verdicts import Verdict, write_verdicts
from style_transfer.core.budget import TILINGS
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.errors import (
    DeviceMissingError,
    EngineError,
    InternalError,
    ModelMissingError,
    OutOfMemoryError,
)
from style_transfer.core.shares import StyleNeedsPictureError
from style_transfer.core.spec import (
    Color,
    Report,
    SpecError,
    Step,
    StyleInput,
    TransferSpec,
)
from style_transfer.methods import load_method
from style_transfer.methods.fast import schedule
from style_transfer.methods.fast.embedding import StyleEmbeddingError
from style_transfer.methods.fast.method import FastMethod
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Attempt, Frame, Task
from style_transfer.methods.optimize.method import OptimizeMethod
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.stylize import stylize

FAST = TransferSpec()
QUICK = TransferSpec(method="optimize", steps=3)
BOTH = pytest.mark.parametrize("spec", [FAST, QUICK], ids=["fast", "optimize"])


def noise(seed: int, width: int = 24, height: int = 16, mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    image = Image.fromarray(pixels)
    return image.convert(mode) if mode.endswith("A") else image.convert("RGB").convert(mode)


PHOTO = noise(0)
FIRST, SECOND = noise(1, 20, 20), noise(2, 30, 18)


def paint(
    photo: Image.Image, styles: Sequence[StyleInput], spec: TransferSpec = QUICK
) -> tuple[list[Step], Image.Image]:
    steps = list(stylize(photo, styles, spec, device="cpu"))
    image = steps[-1].image
    assert image is not None
    return steps, image


def result(styles: Sequence[StyleInput], spec: TransferSpec = QUICK) -> bytes:
    return paint(PHOTO, styles, spec)[1].tobytes()


def test_has_a_method_for_each_description() -> None:
    for slug, info in METHOD_INFOS.items():
        assert load_method(slug).info is info


class TestSteps:
    @BOTH
    def test_goes_from_preparing_to_done(self, spec: TransferSpec) -> None:
        steps, _ = paint(PHOTO, [StyleInput(FIRST)], spec)
        stages = [step.stage for step in steps]
        assert stages[0] == "preparing"
        assert stages[-2:] == ["finishing", "done"]
        assert set(stages[1:-2]) == {"painting"}

    @BOTH
    def test_counts_up_to_its_total(self, spec: TransferSpec) -> None:
        steps, _ = paint(PHOTO, [StyleInput(FIRST)], spec)
        counts = [step.done for step in steps]
        assert counts == sorted(counts)
        assert all(step.done <= step.total for step in steps)
        assert steps[-1].done == steps[-1].total

    def test_counts_the_requested_steps(self) -> None:
        steps, _ = paint(PHOTO, [StyleInput(FIRST)], replace(QUICK, steps=5))
        assert {step.total for step in steps} == {5}

    @BOTH
    def test_returns_the_result_and_the_report_only_in_the_last_step(
        self, spec: TransferSpec
    ) -> None:
        steps, image = paint(PHOTO, [StyleInput(FIRST)], spec)
        assert all(step.report is None for step in steps[:-1])
        report = steps[-1].report
        assert report is not None
        assert report.result_size == image.size == PHOTO.size
        assert report.source_mode == "RGB"
        assert report.seconds > 0
        assert set(report.weights) == {"builtin"} | ({"fast"} if spec is FAST else set())
        assert all(len(sha256) == 64 for sha256 in report.weights.values())
        assert json.loads(json.dumps(report.to_json()))["device"] == "cpu"

    @BOTH
    @pytest.mark.parametrize("size", [(1, 1), (1, 30), (30, 1), (3, 2), (130, 9)])
    def test_keeps_any_size(self, size: tuple[int, int], spec: TransferSpec) -> None:
        photo = noise(3, *size)
        assert paint(photo, [StyleInput(FIRST)], spec)[1].size == size

    @BOTH
    def test_accepts_artworks_of_one_pixel(self, spec: TransferSpec) -> None:
        assert paint(PHOTO, [StyleInput(noise(1, 1, 1))], spec)[1].size == PHOTO.size

    @BOTH
    @pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "CMYK", "P", "1"])
    def test_accepts_photos_and_artworks_of_any_mode(self, mode: str, spec: TransferSpec) -> None:
        image = paint(noise(3, mode=mode), [StyleInput(noise(4, mode=mode))], spec)[1]
        assert image.mode == ("RGBA" if mode.endswith("A") else "RGB")

    @BOTH
    def test_keeps_the_alpha_of_the_photo(self, spec: TransferSpec) -> None:
        photo = noise(3, mode="RGBA")
        image = paint(photo, [StyleInput(FIRST)], spec)[1]
        assert image.getchannel("A").tobytes() == photo.getchannel("A").tobytes()

    @BOTH
    def test_returns_the_requested_size(self, spec: TransferSpec) -> None:
        assert paint(PHOTO, [StyleInput(FIRST)], replace(spec, size=66))[1].size == (66, 44)

    @BOTH
    @pytest.mark.parametrize("color", list(Color))
    def test_paints_in_each_choice_of_colors(self, color: Color, spec: TransferSpec) -> None:
        image = paint(PHOTO, [StyleInput(FIRST)], replace(spec, color=color))[1]
        assert image.size == PHOTO.size

    @BOTH
    def test_changes_the_picture(self, spec: TransferSpec) -> None:
        assert result([StyleInput(FIRST)], spec) != PHOTO.tobytes()


class TestMemory:
    @BOTH
    def test_is_estimated_before_and_reported_after(self, spec: TransferSpec) -> None:
        report = paint(noise(3, 300, 200), [StyleInput(FIRST)], spec)[0][-1].report
        assert report is not None
        assert 3 < report.memory_mb < 600
        assert report.tiles == 1

    def test_stays_within_a_limit_with_smaller_tiles(self) -> None:
        photo, limit = noise(3, 1500, 1200), 145
        free, tight = (self.report(photo, FAST, each) for each in (None, limit))
        assert (free.tiles, tight.tiles) == (4, 9)
        assert tight.memory_mb <= limit < free.memory_mb

    def test_stays_within_a_limit_with_a_smaller_picture(self) -> None:
        report = self.report(noise(3, 600, 400), QUICK, 60)
        assert "to fit memory" in report.resized
        assert report.result_size == (600, 400)
        assert report.memory_mb <= 60

    @BOTH
    def test_is_refused_when_nothing_fits(self, spec: TransferSpec) -> None:
        with pytest.raises(OutOfMemoryError) as caught:
            self.report(noise(3, 300, 200), spec, 3)
        assert caught.value.code == "out_of_memory"

    @staticmethod
    def report(photo: Image.Image, spec: TransferSpec, limit: int | None) -> Report:
        steps = stylize(photo, [StyleInput(FIRST)], spec, device="cpu", memory_mb=limit)
        *_, last = steps
        assert last.report is not None
        return last.report


class TestDeterminism:
    @BOTH
    def test_returns_the_same_bytes_for_the_same_seed(self, spec: TransferSpec) -> None:
        assert result([StyleInput(FIRST)], spec) == result([StyleInput(FIRST)], spec)

    def test_returns_another_picture_for_another_seed(self) -> None:
        photo, artwork = noise(0, 130, 110), noise(1, 160, 160)
        first, second = (
            paint(photo, [StyleInput(artwork)], replace(QUICK, steps=2, seed=seed))[1]
            for seed in (0, 1)
        )
        assert first.tobytes() != second.tobytes()

    @BOTH
    def test_does_not_touch_the_global_generator(self, spec: TransferSpec) -> None:
        torch.manual_seed(5)
        expected = torch.rand(1)
        torch.manual_seed(5)
        result([StyleInput(FIRST)], spec)
        assert torch.equal(torch.rand(1), expected)

    @BOTH
    def test_does_not_depend_on_the_order_of_the_styles(self, spec: TransferSpec) -> None:
        one, two = StyleInput(FIRST, 0.3), StyleInput(SECOND, 0.5)
        assert result([one, two], spec) == result([two, one], spec)

    @BOTH
    def test_ignores_a_style_of_weight_0(self, spec: TransferSpec) -> None:
        with_nothing = [StyleInput(FIRST, 1), StyleInput(SECOND, 0)]
        assert result(with_nothing, spec) == result([StyleInput(FIRST)], spec)

    @BOTH
    def test_depends_only_on_the_ratio_of_weights(self, spec: TransferSpec) -> None:
        small = [StyleInput(FIRST, 1), StyleInput(SECOND, 2)]
        large = [StyleInput(FIRST, 10), StyleInput(SECOND, 20)]
        assert result(small, spec) == result(large, spec)

    @BOTH
    def test_blends_to_a_picture_unlike_either(self, spec: TransferSpec) -> None:
        both = result([StyleInput(FIRST), StyleInput(SECOND)], spec)
        assert both not in (result([StyleInput(FIRST)], spec), result([StyleInput(SECOND)], spec))


class TestEarlyExit:
    def test_frees_its_memory_when_the_loop_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[weakref.ref[torch.Tensor]] = []
        prepare = Canvas.prepare

        def prepare_and_watch(*arguments: object, **more: object) -> Canvas:
            canvas = prepare(*arguments, **more)  # type: ignore[arg-type]
            kept.append(weakref.ref(canvas.photo))
            return canvas

        monkeypatch.setattr(Canvas, "prepare", prepare_and_watch)
        steps = stylize(PHOTO, [StyleInput(FIRST)], replace(QUICK, steps=50), device="cpu")
        for step in steps:
            if step.done == 2:
                break
        steps.close()
        del step
        gc.collect()
        assert kept[0]() is None

    @BOTH
    def test_keeps_the_callers_gradient_mode(self, spec: TransferSpec) -> None:
        for _ in stylize(PHOTO, [StyleInput(FIRST)], spec, device="cpu"):
            assert torch.is_grad_enabled()

    @BOTH
    def test_paints_for_a_caller_without_gradients(self, spec: TransferSpec) -> None:
        with torch.no_grad():
            assert result([StyleInput(FIRST)], spec)


class TestErrors:
    def test_refuses_wrong_styles_and_devices_before_the_first_step(self) -> None:
        with pytest.raises(SpecError):
            stylize(PHOTO, [], QUICK)
        with pytest.raises(DeviceMissingError):
            stylize(PHOTO, [StyleInput(FIRST)], QUICK, device="tpu")

    def test_names_weights_that_are_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("style_transfer.methods.fast.network.ENCODER", "none")
        load_painter.cache_clear()
        with pytest.raises(ModelMissingError):
            paint(PHOTO, [StyleInput(FIRST)], QUICK)

    def test_needs_pictures_if_the_method_reads_them(self) -> None:
        with pytest.raises(StyleNeedsPictureError) as caught:
            paint(PHOTO, [StyleInput(None, embedding=b"a code")], replace(QUICK, method="network"))
        assert caught.value.code == "style_needs_picture"

    def test_names_an_invalid_code(self) -> None:
        with pytest.raises(StyleEmbeddingError) as caught:
            paint(PHOTO, [StyleInput(None, embedding=b"no code")], FAST)
        assert caught.value.code == "style_code_unusable"

    @pytest.mark.parametrize(
        "error",
        [
            MemoryError(),
            torch.OutOfMemoryError("CUDA out of memory"),
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        ],
        ids=["host", "device", "torch-on-the-host"],
    )
    def test_names_lack_of_memory(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        with pytest.raises(OutOfMemoryError) as caught:
            self._paint_with(monkeypatch, error)
        assert caught.value.code == "out_of_memory"

    @pytest.mark.parametrize(("room", "size"), [(24 * 16, None), (200, "17 x 11"), (100, "12 x 8")])
    def test_paints_smaller_when_memory_runs_out(
        self, monkeypatch: pytest.MonkeyPatch, room: int, size: str | None
    ) -> None:
        paint_in_full = OptimizeMethod.paint

        def cramped(method: OptimizeMethod, task: Task, *rest: Any) -> Iterator[Frame]:
            yield Frame(1, 9)
            width, height = task.canvas.painted_size
            if width * height > room:
                raise torch.OutOfMemoryError("CUDA out of memory")
            yield from paint_in_full(method, task, *rest)

        monkeypatch.setattr(OptimizeMethod, "paint", cramped)
        steps, image = paint(PHOTO, [StyleInput(FIRST)])
        report = steps[-1].report
        assert report is not None
        assert image.size == PHOTO.size
        assert report.resized == (f"painted at {size} and enlarged, to fit memory" if size else "")

    def test_does_not_continue_a_painting_at_another_size(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        painting = paint(PHOTO, [StyleInput(FIRST)])[0][-1].painting
        assert painting is not None
        sizes: list[tuple[int, int]] = []

        def cramped(_method: object, task: Task, *_: object) -> Iterator[Frame]:
            sizes.append(task.canvas.painted_size)
            yield Frame(1, 9)
            raise MemoryError

        monkeypatch.setattr(OptimizeMethod, "paint", cramped)
        with pytest.raises(OutOfMemoryError):
            list(stylize(PHOTO, [StyleInput(FIRST)], QUICK, resume=painting.save(), device="cpu"))
        assert sizes == [PHOTO.size]

    def test_reports_the_tiles_of_the_last_attempt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def once(_method: object, _task: Task, attempt: Attempt, _plan: object) -> Iterator[Frame]:
            if attempt.tiling is not TILINGS[-1]:
                raise MemoryError
            yield Frame(1, 1, torch.rand(1, 3, 320, 640))

        monkeypatch.setattr(FastMethod, "paint", once)
        report = paint(noise(1, 640, 320), [StyleInput(FIRST)], FAST)[0][-1].report
        assert report is not None
        assert (report.tiles, report.device) == (6, "cpu")

    def test_raises_other_errors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(RuntimeError, match="boom"):
            self._paint_with(monkeypatch, RuntimeError("boom"))

    @staticmethod
    def _paint_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(*_: object) -> Iterator[Frame]:
            yield Frame(1, 3)
            raise error

        monkeypatch.setattr(OptimizeMethod, "paint", fail)
        paint(PHOTO, [StyleInput(FIRST)])

    @pytest.mark.parametrize("image", [None, torch.full((1, 3, 16, 24), float("nan"))])
    def test_raises_an_error_without_a_valid_picture(
        self, monkeypatch: pytest.MonkeyPatch, image: torch.Tensor | None
    ) -> None:
        monkeypatch.setattr(
            OptimizeMethod, "paint", lambda *_: iter([Frame(1, 2), Frame(2, 2, image)])
        )
        with pytest.raises(InternalError) as caught:
            paint(PHOTO, [StyleInput(FIRST)])
        assert isinstance(caught.value, EngineError)
        assert caught.value.code == "internal"


@pytest.mark.parametrize("passed", [True, False])
def test_names_the_precision_that_painted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, passed: bool
) -> None:
    halved: list[bool] = []
    paint_by_schedule = schedule.paint

    def watched(*words: Any, **more: Any) -> Iterator[Frame]:
        halved.append(words[3].halved)
        yield from paint_by_schedule(*words, **more)

    cpu = torch.device("cpu")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr(choice, "knows_bfloat16", lambda _: True)
    monkeypatch.setattr(load_painter(cpu), "halved", True)
    monkeypatch.setattr(schedule, "paint", watched)
    variants = {REFERENCE: Verdict(True, 0.2), HALF: Verdict(passed, 0.1)}
    write_verdicts(
        "fast", ["fast", "builtin"], variants, describe_machine(cpu, [CPU_PROVIDER]), "golden"
    )

    report = paint(PHOTO, [StyleInput(FIRST)], FAST)[0][-1].report
    assert report is not None
    assert (report.variant, halved) == (HALF.name if passed else REFERENCE.name, [passed])
