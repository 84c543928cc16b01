"""The figures about the code: folders, sizes, and checks that are switched off."""

from pathlib import Path

import pytest

from scripts import measure_code


def test_adds_up_lines_by_folder_two_levels_deep() -> None:
    sizes = {Path("a/b/c/d.py"): 3, Path("a/b/e.py"): 4, Path("f.py"): 5}
    assert measure_code.count_by_folder(sizes) == {"a/b": 7, ".": 5}


def test_also_measures_methods_and_inner_functions() -> None:
    text = "class A:\n    def f(self):\n        def g():\n            pass\n        return g\n"
    assert sorted(measure_code.function_lengths(text)) == [2, 4]


def test_describes_sizes() -> None:
    assert measure_code.spread_of([1, 2, 3, 4, 100]).startswith("median 3, p90 ")


def test_prints_a_line_for_each_folder_and_the_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    measure_code.main()
    printed = capsys.readouterr().out
    assert "inference/queue" in printed
    assert "tests: " in printed
    assert "noqa" in printed
