"""The convergence of the method optimize, compared with gatys."""

from pathlib import Path

import pytest
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.bench.convergence import STARTS, Course, Moment, compare, table
from style_transfer.bench.speed import noise
from style_transfer.core.spec import TransferSpec


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    spec = TransferSpec(method="optimize", size=64, steps=6)
    return compare(noise((96, 72), 1), noise((80, 80), 2), spec, 5, "cpu")


class TestCompare:
    def test_runs_both_methods_from_each_start(self, courses: list[Course]) -> None:
        assert [course.recipe for course in courses] == [
            "optimize",
            *(f"{name}, {start.value}" for name in ("gatys", "Adam alone") for start in STARTS),
        ]
        assert [len(course.moments) for course in courses[1:]] == [5] * 4
        assert len(courses[0].moments) >= 6

    def test_counts_seconds_upward(self, courses: list[Course]) -> None:
        for course in courses:
            seconds = [moment.seconds for moment in course.moments]
            assert seconds == sorted(seconds)
            assert seconds[0] > 0

    def test_starts_gatys_from_each_start(self, courses: list[Course]) -> None:
        first = [course.moments[0].loss for course in courses[1:]]
        assert len(set(first)) > 1

    def test_lowers_the_loss_that_it_minimizes(self, courses: list[Course]) -> None:
        adam = courses[3]
        assert adam.end.loss < adam.moments[0].loss


class TestCourse:
    COURSE = Course("ours", (Moment(1, 0.5, 9.0), Moment(2, 1.0, 2.0), Moment(3, 1.5, 3.0)))

    def test_returns_its_last_moment(self) -> None:
        assert self.COURSE.end == Moment(3, 1.5, 3.0)

    def test_returns_the_first_moment_with_a_loss(self) -> None:
        assert self.COURSE.when(5.0) == Moment(2, 1.0, 2.0)
        assert self.COURSE.when(9.0) == Moment(1, 0.5, 9.0)
        assert self.COURSE.when(1.0) is None


class TestTable:
    def test_gives_the_share_of_time(self) -> None:
        slow = Course("gatys, content", (Moment(1, 4.0, 2.0),))
        row = [*table([TestCourse.COURSE, slow]).columns[-1].cells]
        assert row == ["", "0.25"]

    def test_says_that_a_loss_was_never_reached(self) -> None:
        better = Course("gatys, content", (Moment(1, 4.0, 0.1),))
        laid = table([TestCourse.COURSE, better])
        assert [*laid.columns[-2].cells] == ["", "never"]
        assert [*laid.columns[-1].cells] == ["", ""]


class TestCommand:
    def test_prints_a_table(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        noise((80, 60), 3).save(tmp_path / "photo.png")
        noise((64, 64), 4).save(tmp_path / "artwork.png")
        words = f"bench convergence --content {tmp_path}/photo.png --style {tmp_path}/artwork.png"
        more = "--size 64 --steps 3 --gatys-steps 2 --device cpu"
        assert main([*words.split(), *more.split()]) == 0
        printed = capsys.readouterr().out
        assert "gatys, noise" in printed
        assert "threads" in printed

    def test_refuses_a_file_that_is_not_a_picture(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "photo.png").write_bytes(b"no picture")
        Image.new("RGB", (20, 20)).save(tmp_path / "artwork.png")
        words = f"bench convergence --content {tmp_path}/photo.png --style {tmp_path}/artwork.png"
        assert main(words.split()) == 2
        assert "not a JPEG, PNG or WebP picture" in capsys.readouterr().err
