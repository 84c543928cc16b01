import numpy as np
import pytest
import torch
from PIL import Image

from inference.engine.errors import InternalError
from inference.engine.tensors import to_image, to_tensor

CPU = torch.device("cpu")


def test_survives_the_way_to_a_tensor_and_back() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    tensor = to_tensor(image, CPU)
    assert tensor.shape == (1, 3, 9, 7)
    assert tensor.max() <= 1
    assert to_image(tensor).tobytes() == image.tobytes()


def test_clips_what_is_out_of_range() -> None:
    image = to_image(torch.tensor([-1.0, 0.5, 2.0]).reshape(1, 3, 1, 1))
    assert image.getpixel((0, 0)) == (0, 128, 255)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_refuses_to_show_what_is_no_number(value: float) -> None:
    tensor = torch.zeros(1, 3, 2, 2)
    tensor[0, 1, 0, 1] = value
    with pytest.raises(InternalError, match="not numbers"):
        to_image(tensor)
