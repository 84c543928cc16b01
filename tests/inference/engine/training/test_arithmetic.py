"""Where bfloat16 is faster, and how weights lie in memory."""

from pathlib import Path

import pytest
import torch
from torch import nn

from inference.engine.training.arithmetic import lay_out, prefers_bfloat16
from tests.inference.engine.training.conftest import CPU


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("avx2 avx512f avx512_bf16 avx512_vnni", True),
        ("avx2 amx_bf16", True),
        ("fp asimd bf16", True),
        ("avx2 avx512f", False),
        ("avx2 avx512_bf16x", False),
    ],
)
def test_asks_the_processor_for_its_instructions(
    tmp_path: Path, flags: str, *, expected: bool
) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text(f"model name\t: Some Processor\nflags\t\t: fpu {flags}\n")
    assert prefers_bfloat16(CPU, cpu) is expected


def test_stays_with_float32_where_nothing_is_known(tmp_path: Path) -> None:
    assert prefers_bfloat16(CPU, tmp_path / "nowhere") is False


def test_lays_weights_out_channels_last() -> None:
    network = lay_out(nn.Conv2d(4, 4, 3), CPU)
    assert network.weight.is_contiguous(memory_format=torch.channels_last)
    assert network.weight.shape == (4, 4, 3, 3)
