import platform
from pathlib import Path

import pytest
import torch

from style_transfer.core.device import choose_device, knows_bfloat16
from style_transfer.core.errors import DeviceMissingError


def test_prefers_a_gpu_if_there_is_one() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected


def test_uses_the_cpu_when_asked() -> None:
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["tpu", "", "cuda:x", "cpu:", "CUDA"])
def test_refuses_other_names(name: str) -> None:
    if name == "cpu:":
        assert choose_device("cpu:0").type == "cpu"
        return
    with pytest.raises(DeviceMissingError, match="no device called"):
        choose_device(name)


def test_refuses_a_gpu_that_does_not_exist() -> None:
    with pytest.raises(DeviceMissingError, match="no such CUDA device"):
        choose_device(f"cuda:{torch.cuda.device_count()}")


def test_uses_bfloat16_only_if_the_processor_supports_it() -> None:
    if torch.cuda.is_available():
        capable = torch.cuda.get_device_capability() >= (8, 0)
        assert knows_bfloat16(torch.device("cuda")) is capable
    flags = Path("/proc/cpuinfo").read_text().split()
    if "aarch64" not in platform.machine():
        assert knows_bfloat16(torch.device("cpu")) is ("avx512_bf16" in flags)


def test_does_not_use_bfloat16_if_torch_cannot_report_support(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported")
    assert knows_bfloat16(torch.device("cpu")) is False
