"""Tests of keeping freed memory between pictures, in separate processes."""

import ctypes
import json
import subprocess
import sys

import pytest

from inference.worker import freed_memory

PROGRAM = """
import importlib.util, json, pathlib, resource, sys

spec = importlib.util.spec_from_file_location("freed_memory", sys.argv[1])
freed_memory = importlib.util.module_from_spec(spec)
spec.loader.exec_module(freed_memory)

def memory_mb():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20

def allocate_and_free():
    # Tensors of a picture: each smaller than what is mapped by itself.
    blocks = [bytearray(8 * 2**20) for _ in range(20)]
    blocks.clear()

if "keep" in sys.argv:
    freed_memory.keep()
before = memory_mb()
allocate_and_free()
freed = memory_mb() - before
freed_memory.give_back()
print(json.dumps([freed, memory_mb() - before]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
class TestFreedMemory:
    def grown_by(self, *arguments: str) -> tuple[int, int]:
        """Return by how many MiB a process has grown after its work, and after `give_back`."""
        command = [sys.executable, "-c", PROGRAM, freed_memory.__file__, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        after_work, given_back = json.loads(done.stdout)
        return after_work, given_back

    def test_stays_for_the_next_picture(self) -> None:
        after_work, _given_back = self.grown_by("keep")

        assert after_work >= 150

    def test_is_given_back_when_there_is_nothing_to_do(self) -> None:
        _after_work, given_back = self.grown_by("keep")

        assert given_back <= 70

    def test_is_not_kept_by_other_processes(self) -> None:
        after_work, _given_back = self.grown_by()

        assert after_work <= 70


class NoGlibc:
    """A C library without both functions."""


def test_needs_no_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: NoGlibc())

    freed_memory.keep()
    freed_memory.give_back()
