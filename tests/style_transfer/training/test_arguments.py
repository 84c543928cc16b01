"""The arguments that all trainings share."""

import argparse
import math
from pathlib import Path

import pytest

from style_transfer.training.arguments import (
    add_common_arguments,
    parse_count,
    parse_duration,
    parse_positive,
    parse_size,
)


def parse(*words: str, artworks: bool = True) -> argparse.Namespace:
    """Parse `words` for a training with batches of three crops of 32 pixels."""
    parser = argparse.ArgumentParser()
    add_common_arguments(parser, batch=3, sizes=(32,), rate=0.3, artworks=artworks)
    return parser.parse_args(words)


def test_uses_the_defaults_of_the_training() -> None:
    arguments = parse("--content", "photos", "--style", "artworks")
    assert (arguments.batch, arguments.sizes, arguments.rate) == (3, (32,), 0.3)
    assert arguments.seed == 0
    assert arguments.style == Path("artworks")
    assert math.isinf(arguments.time_limit)
    assert math.isinf(arguments.steps)
    assert arguments.threads is None


def test_accepts_several_sizes() -> None:
    words = "--content photos --style artworks --size 192 256 --time-limit 2m --steps 7"
    arguments = parse(*words.split())
    assert arguments.sizes == [192, 256]
    assert (arguments.time_limit, arguments.steps) == (120, 7)


def test_has_no_style_folder_for_a_training_of_one_artwork() -> None:
    assert not hasattr(parse("--content", "photos", artworks=False), "style")


def test_needs_photos(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--style", "artworks")
    assert "--content" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("1.5h", 5400)]
)
def test_reads_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5m", "five", "3d"])
def test_refuses_other_durations(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x"])
def test_refuses_counts_that_are_not_positive(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a positive whole number"):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "size"), [("48MB", 48_000_000), ("1.5GB", 1_500_000_000), ("900kB", 900_000)]
)
def test_reads_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "48", "0MB", "-1MB", "48 MB", "48TB", "MB"])
def test_refuses_other_sizes(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a size"):
        parse_size(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "x"])
def test_refuses_numbers_that_are_not_positive(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a positive number"):
        parse_positive(text)


def test_reads_positive_numbers() -> None:
    assert parse_positive("0.02") == 0.02
    assert parse_positive("1e-3") == 0.001
