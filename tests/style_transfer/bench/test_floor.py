"""The floor of a painting: its convolutions, and the time that they need alone."""

import pytest
import torch
import torch.nn.functional as F

from style_transfer.__main__ import main
from style_transfer.bench.floor import Convolution, floor_of

CPU = torch.device("cpu")


def convolution(**changed: object) -> Convolution:
    plain: dict[str, object] = {
        "image": (1, 3, 10, 12),
        "kernel": (8, 3, 3, 3),
        "dtype": torch.float32,
        "stride": (1, 1),
        "padding": (0, 0),
        "groups": 1,
    }
    return Convolution(**(plain | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({}, 8 * 10),
        ({"image": (2, 3, 10, 12)}, 2 * 8 * 10),
        ({"padding": (1, 1)}, 10 * 12),
        ({"stride": (2, 3)}, 4 * 4),
    ],
    ids=["plain", "batch", "padded", "strided"],
)
def test_counts_operations(changed: dict[str, object], places: int) -> None:
    assert convolution(**changed).operations == 2 * places * 8 * 3 * 9


def test_adds_up_the_convolutions_of_a_run() -> None:
    image, kernel = torch.rand(1, 3, 10, 12), torch.rand(8, 3, 3, 3)

    def run() -> None:
        F.conv2d(image, kernel)
        F.conv2d(image, kernel)
        F.conv_transpose2d(torch.rand(1, 8, 4, 4), kernel)

    floor = floor_of(run, CPU)
    assert floor.operations == 2 * convolution().operations
    assert floor.seconds > 0


def test_finds_no_convolutions_in_other_operations() -> None:
    floor = floor_of(lambda: torch.rand(3).sum(), CPU)
    assert (floor.operations, floor.seconds) == (0, 0)


def test_takes_longer_for_larger_pictures() -> None:
    small, large = (convolution(image=(1, 3, side, side)) for side in (16, 512))
    assert large.seconds(CPU) > small.seconds(CPU)


def test_prints_the_floor_beside_the_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "speed", "--sizes", "64", "--repeats", "1", "--device", "cpu"]) == 0
    assert "floor" in capsys.readouterr().out
    words = "bench speed --method optimize --sizes 64 --repeats 1 --steps 1 --device cpu"
    assert main(words.split()) == 0
    assert "floor" not in capsys.readouterr().out
