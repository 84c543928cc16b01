import pytest
import torch

from inference.engine.device import choose_device
from inference.engine.errors import DeviceMissingError


def test_prefers_a_gpu_where_there_is_one() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected


def test_takes_the_cpu_when_asked() -> None:
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["tpu", "", "cuda:x", "cpu:", "CUDA"])
def test_refuses_other_names(name: str) -> None:
    if name == "cpu:":
        assert choose_device("cpu:0").type == "cpu"
        return
    with pytest.raises(DeviceMissingError, match="no device called"):
        choose_device(name)


def test_refuses_a_gpu_that_is_not_there() -> None:
    with pytest.raises(DeviceMissingError, match="no such CUDA device"):
        choose_device(f"cuda:{torch.cuda.device_count()}")
