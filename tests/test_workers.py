"""Tests of the groups in which the processes of a run get their tests."""

from collections import Counter
from pathlib import Path

from tests.support.workers import LONGEST_FIRST, group_of

ROOT = Path(__file__).parents[1]


def test_keeps_the_tests_of_a_file_together() -> None:
    assert group_of("tests/common/test_text.py::test_a") == "tests/common/test_text.py"
    assert group_of("tests/browser/test_tray.py::a") == group_of("tests/browser/test_tray.py::b[x]")


def test_spreads_the_browser_over_two_processes() -> None:
    files = [path.relative_to(ROOT) for path in (ROOT / "tests/browser").glob("test_*.py")]
    groups = Counter(group_of(f"{path.as_posix()}::test_a") for path in files)
    assert groups.keys() <= {*LONGEST_FIRST}
    assert min(groups.values()) >= len(files) // 4


def test_runs_the_tests_on_postgresql_beside_the_sites() -> None:
    path = "tests/faults/test_same_tests_on_postgresql.py"
    assert group_of(f"{path}::test_also_passes_on_postgresql") == path


def test_keeps_tests_together_that_share_an_export() -> None:
    folder = "tests/style_transfer/export"
    assert group_of(f"{folder}/test_writer.py::a") == group_of(f"{folder}/test_quantize.py::b")
