"""Stop, save and continue a painting, with the real engine at tiny sizes."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save

from style_transfer.core.errors import EngineError
from style_transfer.core.shares import normalize_weights
from style_transfer.core.spec import SpecError, Step, StyleInput, TransferSpec
from style_transfer.pipeline.checkpoint import State, StateError, identity_of
from style_transfer.pipeline.stylize import stylize

SPEC = TransferSpec(method="optimize", steps=6)


def noise(seed: int, width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


PHOTO, ARTWORK = noise(0, 200, 130), noise(1, 90, 80)
STYLES = (StyleInput(ARTWORK),)


def paint(
    spec: TransferSpec = SPEC, resume: bytes | None = None, photo: Image.Image = PHOTO
) -> list[Step]:
    return list(stylize(photo, STYLES, spec, device="cpu", resume=resume))


def saved(step: Step) -> bytes:
    assert step.painting is not None
    return step.painting.save()


def stopped(after: int, spec: TransferSpec = SPEC) -> Step:
    steps = stylize(PHOTO, STYLES, spec, device="cpu")
    return next(step for step in steps if step.done == after and step.painting)


@cache
def finished_state() -> bytes:
    """Return the state of a finished painting."""
    return saved(paint()[-1])


class TestCheckpoint:
    def test_has_the_size_of_the_result_at_any_step(self) -> None:
        spec = replace(SPEC, size=700, steps=12)
        kept = stopped(1, spec).painting
        assert kept is not None
        done = kept.finish()
        assert done.stage == "done"
        assert done.image is not None
        assert done.image.size == (700, 455)
        assert done.report is not None
        assert done.report.result_size == (700, 455)

    def test_is_the_result_itself_at_the_end(self) -> None:
        last = paint()[-1]
        assert last.painting is not None
        again = last.painting.finish().image
        assert again is not None
        assert last.image is not None
        assert again.tobytes() == last.image.tobytes()

    def test_comes_with_each_step_that_paints(self) -> None:
        steps = paint()
        assert all(step.painting for step in steps if step.stage in ("painting", "done"))

    def test_is_not_offered_by_single_pass_methods(self) -> None:
        assert all(step.painting is None for step in paint(TransferSpec(method="fast")))

    def test_keeps_transparency(self) -> None:
        photo = PHOTO.copy()
        photo.putalpha(90)
        last = paint(photo=photo)[-1]
        assert last.painting is not None
        image = last.painting.finish().image
        assert image is not None
        assert image.mode == "RGBA"


class TestContinue:
    def test_counts_from_the_step_where_it_stopped(self) -> None:
        more = paint(replace(SPEC, steps=4), finished_state())
        assert more[0].done == 6
        assert {step.total for step in more} == {10}
        assert [step.done for step in more if step.stage == "painting"] == [7, 8, 9]

    def test_may_have_another_mask(self) -> None:
        mask = Image.new("L", PHOTO.size, 0)
        mask.paste(255, (0, 0, 100, 130))
        spec = replace(SPEC, steps=1, mask_feather=0.1)
        *_, last = stylize(PHOTO, STYLES, spec, device="cpu", resume=finished_state(), mask=mask)
        assert last.image is not None
        assert np.array_equal(np.asarray(last.image)[:, 100:], np.asarray(PHOTO)[:, 100:])

    def test_refines_the_picture(self) -> None:
        first = paint()[-1]
        more = paint(replace(SPEC, steps=20), saved(first))[-1]
        assert first.image is not None
        assert more.image is not None
        assert more.image.size == first.image.size
        change = np.abs(np.asarray(more.image, float) - np.asarray(first.image, float)).mean()
        assert 0 < change < 60

    def test_continues_from_a_coarse_size(self) -> None:
        state = saved(stopped(1))
        height, width = load(state)["picture"].shape[-2:]
        assert max(height, width) < max(PHOTO.size)
        last = paint(resume=state)[-1]
        assert last.image is not None
        assert last.image.size == PHOTO.size

    def test_returns_the_same_bytes_from_the_same_state(self) -> None:
        state = finished_state()
        ends = [saved(paint(resume=state)[-1]) for _ in range(2)]
        assert ends[0] == ends[1]

    def test_accepts_another_seed_and_number_of_steps(self) -> None:
        assert paint(replace(SPEC, steps=1, seed=9), finished_state())[-1].done == 7


class TestRefusing:
    @pytest.mark.parametrize("data", [b"", b"hello", bytes(400)], ids=["empty", "text", "zeros"])
    def test_refuses_data_that_is_not_a_state(self, data: bytes) -> None:
        with pytest.raises(StateError) as caught:
            paint(resume=data)
        assert caught.value.code == "state_unusable"
        assert isinstance(caught.value, EngineError)

    def test_refuses_a_truncated_state(self) -> None:
        state = finished_state()
        with pytest.raises(StateError):
            paint(resume=state[: len(state) // 2])

    @pytest.mark.parametrize("name", ["picture", "done", "identity"])
    def test_refuses_a_state_with_a_missing_part(self, name: str) -> None:
        parts = load(finished_state())
        del parts[name]
        with pytest.raises(StateError):
            paint(resume=save(parts))

    @pytest.mark.parametrize(
        "picture",
        [torch.zeros(3, 4), torch.zeros(1, 4, 8, 8), torch.full((1, 3, 100, 150), torch.nan)],
        ids=["flat", "four-channels", "not-numbers"],
    )
    def test_refuses_a_broken_picture(self, picture: torch.Tensor) -> None:
        parts = load(finished_state()) | {"picture": picture}
        with pytest.raises(StateError):
            paint(resume=save(parts))

    def test_refuses_a_picture_of_another_size(self) -> None:
        parts = load(finished_state()) | {"picture": torch.zeros(1, 3, 99, 150)}
        with pytest.raises(StateError):
            paint(resume=save(parts))

    def test_refuses_another_painting(self) -> None:
        state = finished_state()
        with pytest.raises(StateError, match="another"):
            paint(replace(SPEC, strength=0.3), state)
        with pytest.raises(StateError, match="another"):
            paint(resume=state, photo=noise(7, 200, 130))

    def test_refuses_single_pass_methods(self) -> None:
        with pytest.raises(SpecError) as caught:
            stylize(PHOTO, STYLES, TransferSpec(method="fast"), resume=finished_state())
        assert set(caught.value.fields) == {"method"}


class TestIdentity:
    def identity(self, *styles: StyleInput, photo: Image.Image = PHOTO) -> bytes:
        return identity_of(photo, normalize_weights(styles), SPEC)

    def test_distinguishes_photos_styles_and_weights(self) -> None:
        other = StyleInput(noise(2, 90, 80))
        kinds = [
            self.identity(StyleInput(ARTWORK)),
            self.identity(other),
            self.identity(StyleInput(ARTWORK), other),
            self.identity(StyleInput(ARTWORK, 2), other),
            self.identity(StyleInput(ARTWORK), photo=PHOTO.transpose(Image.Transpose.ROTATE_90)),
        ]
        assert len(set(kinds)) == len(kinds)

    def test_does_not_depend_on_the_order_of_styles(self) -> None:
        one, two = StyleInput(ARTWORK, 1), StyleInput(noise(2, 90, 80), 3)
        assert self.identity(one, two) == self.identity(two, one)


def test_keeps_pictures_with_more_than_8_bits() -> None:
    picture = torch.rand(1, 3, 9, 7)
    state = State(bytes(32), 5, picture)
    read = State.from_bytes(state.to_bytes(), bytes(32))
    assert read.done == 5
    assert read.picture is not None
    assert (read.picture - picture).abs().max() < 1 / 512
