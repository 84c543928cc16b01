"""Distances: zero between equal pictures, and larger for larger differences."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from style_transfer.bench.distances import (
    Metric,
    content_distance,
    load_metric,
    style_distance,
)
from style_transfer.core.errors import ModelMissingError
from style_transfer.features.vgg import SlimVGG, max_pool

CPU = torch.device("cpu")


def blobs(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, 9, 9, generator=generator)
    return torch.nn.functional.interpolate(small, (72, 72), mode="bicubic").clamp(0, 1)


@pytest.fixture(scope="module")
def metric() -> Metric:
    return load_metric("builtin", [], CPU)


def test_is_zero_for_the_picture_itself(metric: Metric) -> None:
    seen = metric.encode(blobs(0))
    assert content_distance(seen, seen) == 0
    assert style_distance(seen, seen) == 0


def test_grows_with_the_difference(metric: Metric) -> None:
    photo = blobs(1)
    little, much = photo.lerp(blobs(2), 0.1), photo.lerp(blobs(2), 0.7)
    seen, near, far = (metric.encode(each) for each in (photo, little, much))
    assert 0 < content_distance(near, seen) < content_distance(far, seen)
    assert 0 < style_distance(near, seen) < style_distance(far, seen)


def test_ignores_shifts_in_the_style_distance(metric: Metric) -> None:
    picture = blobs(3).repeat(1, 1, 2, 2)
    seen, moved, other = (
        metric.encode(each) for each in (picture, picture.roll((32, 48), (2, 3)), blobs(6))
    )
    assert style_distance(moved, seen) < style_distance(other, seen)
    assert content_distance(moved, seen) > 0.5


def test_says_that_the_methods_use_the_same_features(metric: Metric) -> None:
    assert metric.title == "builtin (the features of the methods)"


def test_reads_a_slimmed_network_from_a_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "slim.safetensors"
    save_file(SlimVGG((4, 4, 6, 6, 6), max_pool).state_dict(), path)
    metric = load_metric(str(path), [blobs(4), blobs(5)], CPU)
    assert metric.title.startswith("slim.safetensors")
    assert style_distance(metric.encode(blobs(4)), metric.encode(blobs(5))) > 0


def test_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        load_metric(str(tmp_path / "none.safetensors"), [], CPU)
