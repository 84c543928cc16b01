"""Tests of the stored painting times and of the predictions made from them."""

import pytest
from django.db import IntegrityError

from inference.models import DurationSample, Photo
from inference.queue.durations import ENOUGH, KEPT, Work, expect, kind_of, record, usual_device
from style_transfer.core.spec import TransferSpec

pytestmark = pytest.mark.django_db
SMALL = Work("fast", size_class=30, steps_class=0)
LARGE = Work("fast", size_class=38, steps_class=0)


def photo_of(width: int, height: int) -> Photo:
    return Photo(width=width, height=height)


def remember(work: Work, *seconds: float, device: str = "cpu") -> None:
    for each in seconds:
        record(work, device=device, seconds=each)


class TestWork:
    def test_is_the_same_for_similar_sizes(self) -> None:
        spec = TransferSpec(size=512)
        assert Work.of(photo_of(1024, 768), spec) == Work.of(photo_of(1000, 760), spec)

    def test_differs_by_size_and_method(self) -> None:
        photo = photo_of(1024, 768)
        specs = [TransferSpec(size=512), TransferSpec(size=1024), TransferSpec("optimize")]
        assert len({Work.of(photo, spec) for spec in specs}) == 3

    def test_takes_the_size_of_the_photo_if_the_spec_has_none(self) -> None:
        photo = photo_of(640, 480)
        assert Work.of(photo, TransferSpec()) == Work.of(photo, TransferSpec(size=640))

    def test_depends_on_steps_if_the_method_uses_them(self) -> None:
        photo = photo_of(640, 480)
        few, many = (TransferSpec("optimize", steps=steps) for steps in (10, 200))
        assert Work.of(photo, few) != Work.of(photo, many)
        assert Work.of(photo, TransferSpec(steps=200)) == Work.of(photo, TransferSpec())

    def test_expects_more_of_a_heavy_feature_network_if_the_method_reads_one(self) -> None:
        photo = photo_of(640, 480)
        light, heavy = (TransferSpec("gatys", features=name) for name in ("builtin", "vgg19"))
        quick, slow = (Work.of(photo, spec).formula("cpu") for spec in (light, heavy))
        assert slow > 10 * quick
        same = TransferSpec("optimize", features="vgg19")
        assert Work.of(photo, same) == Work.of(photo, TransferSpec("optimize"))

    @pytest.mark.usefixtures("optimize_enlarges")
    def test_counts_the_pixels_that_optimize_paints_before_it_enlarges(self) -> None:
        photo = photo_of(4096, 3072)
        whole, half = (Work.of(photo, TransferSpec("optimize", size=n)) for n in (4096, 2048))
        assert whole == half


class TestExpect:
    def test_guesses_by_a_formula_if_nothing_was_painted(self) -> None:
        small, large = expect(SMALL, device="cpu"), expect(LARGE, device="cpu")
        assert {small.basis, large.basis} == {"guess"}
        assert 0 < small.p50 < small.p90
        assert small.p50 < large.p50

    def test_guesses_less_for_a_gpu(self) -> None:
        assert expect(LARGE, device="cuda").p50 < expect(LARGE, device="cpu").p50 / 5

    def test_takes_the_median_of_the_measured_times(self) -> None:
        remember(SMALL, 1, 2, 3, 40, 50)
        expected = expect(SMALL, device="cpu")
        assert (expected.p50, expected.basis) == (3, "history")

    def test_calls_it_a_guess_until_there_are_enough_samples(self) -> None:
        remember(SMALL, *[2.0] * (ENOUGH - 1))
        assert expect(SMALL, device="cpu").basis == "guess"
        remember(SMALL, 2.0)
        assert expect(SMALL, device="cpu").basis == "history"

    def test_is_above_all_times_if_there_are_few(self) -> None:
        remember(SMALL, 1, 2, 3)
        assert expect(SMALL, device="cpu").p90 > 3

    def test_is_above_nine_in_ten_of_many_times(self) -> None:
        remember(SMALL, *range(1, 41))
        assert expect(SMALL, device="cpu").p90 == 37

    def test_keeps_devices_apart(self) -> None:
        remember(SMALL, *[9.0] * 5)
        remember(SMALL, *[1.0] * 5, device="cuda:1")
        assert expect(SMALL, device="cpu").p50 == 9
        assert expect(SMALL, device="cuda").p50 == 1

    def test_borrows_from_the_nearest_class_in_proportion(self) -> None:
        remember(Work("fast", 36, 0), *[10.0] * 5)
        remember(Work("fast", 20, 0), *[500.0] * 5)
        expected = expect(LARGE, device="cpu")
        assert expected.basis == "guess"
        assert 10 < expected.p50 < 30
        assert expected.p90 >= expected.p50

    def test_prefers_its_own_class_even_with_one_sample(self) -> None:
        remember(LARGE, 7.0)
        remember(Work("fast", 37, 0), *[100.0] * 10)
        assert expect(LARGE, device="cpu").p50 == 7

    def test_learns_nothing_from_other_methods(self) -> None:
        before = expect(SMALL, device="cpu")
        remember(Work("network", SMALL.size_class, 0), *[99.0] * 5)
        assert expect(SMALL, device="cpu") == before


class TestRecord:
    def test_keeps_the_newest_of_each_class(self) -> None:
        remember(LARGE, 1.0)
        remember(SMALL, *[float(each) for each in range(KEPT + 5)])
        kept = SMALL.samples("cpu").order_by("pk").values_list("seconds", flat=True)
        assert list(kept) == [float(each) for each in range(5, KEPT + 5)]
        assert LARGE.samples("cpu").count() == 1

    def test_follows_a_machine_that_became_slower(self) -> None:
        remember(SMALL, *[1.0] * KEPT, *[4.0] * KEPT)
        assert expect(SMALL, device="cpu").p50 == 4

    def test_refuses_a_negative_time(self) -> None:
        with pytest.raises(IntegrityError):
            record(SMALL, device="cpu", seconds=-1)


class TestDevice:
    def test_is_a_cpu_if_nothing_was_painted(self) -> None:
        assert usual_device() == "cpu"

    def test_is_the_one_that_painted_last(self) -> None:
        remember(SMALL, 1.0)
        remember(SMALL, 1.0, device="cuda:0")
        assert usual_device() == "cuda"
        assert DurationSample.objects.filter(device="cuda").count() == 1

    def test_is_the_kind_and_not_the_number(self) -> None:
        assert [kind_of(name) for name in ("cpu", "cuda", "cuda:3")] == ["cpu", "cuda", "cuda"]
