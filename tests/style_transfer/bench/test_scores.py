"""Scores of several answers: their means, the worst pairs, and measures that see nothing."""

from io import StringIO
from pathlib import Path

import pytest
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from style_transfer.bench import scores
from style_transfer.bench.distances import load_metric
from style_transfer.bench.predictor import StylePredictor
from style_transfer.bench.quality import Pair
from style_transfer.imaging.tensors import to_image
from tests.support.defects import blurred, scene, with_islands, with_lattice, with_noise
from tests.support.onnx_files import write_mean_color


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    photo, artwork = scene(), with_noise(scene()).flip(3)
    answers = {"good": with_noise(photo), "bad": with_islands(with_lattice(blurred(photo), 4))}
    images = {name: to_image(picture) for name, picture in answers.items()}
    first = Pair("roofs", "grain", to_image(photo), to_image(artwork), images)
    swapped = {"good": images["bad"], "bad": images["good"]}
    return [first, Pair("roofs", "swapped", first.photo, first.artwork, swapped)]


@pytest.fixture(scope="module")
def scored(pairs: list[Pair]) -> list[dict[str, scores.Scores]]:
    """Return the scores of both pairs, where the lower half of the photo counts as a face."""
    scorer = scores.Scorer({"roofs": [(0.1, 0.5, 0.9, 0.9)]})
    return [scorer.score(pair) for pair in pairs]


def printed(table: Table) -> dict[str, list[str]]:
    """Print a table and read its rows: the first cell -> the others."""
    written = StringIO()
    Console(width=200, file=written).print(table)
    rows = [line.split("│")[1:-1] for line in written.getvalue().splitlines() if "│" in line]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_prefers_the_answer_without_defects(pairs: list[Pair], tmp_path: Path) -> None:
    write_mean_color(tmp_path / "mean.onnx")
    metric = load_metric("builtin", [], torch.device("cpu"))
    predictor = StylePredictor(tmp_path / "mean.onnx")
    found = scores.Scorer({}, predictor, metric).score(pairs[0])
    for name in (scores.CONTRAST, scores.LATTICE, scores.ISLANDS, scores.STYLE_DISTANCE):
        assert found["good"][name] < found["bad"][name]
    assert found["good"][scores.STYLE] < 0.01


def test_prints_means_and_leaves_out_what_was_not_asked(
    scored: list[dict[str, scores.Scores]],
) -> None:
    rows = printed(scores.means_table("two pairs", scored))
    better, count, good, bad = rows[scores.LATTICE]
    assert (better, count) == ("lower", "2")
    assert good == bad  # each has both pictures once
    assert scores.STYLE not in rows
    assert scores.STYLE_DISTANCE not in rows


def test_lists_the_worst_pairs_first(
    pairs: list[Pair], scored: list[dict[str, scores.Scores]]
) -> None:
    rows = printed(scores.worst_table("good", pairs, scored))
    first, second, third = rows[scores.LATTICE]
    assert first.startswith("roofs x swapped")
    assert second.startswith("roofs x grain")
    assert third == ""
    # Here a ratio further from 1, and a lower similarity, are worse.
    assert rows["contrast at 1 px / artwork's"][0].startswith("roofs x swapped")
    assert rows[scores.FACES][0].startswith("roofs x swapped")


def test_scores_tiny_pictures() -> None:
    dot = Image.new("RGB", (2, 1), "red")
    pair = Pair("a", "b", dot, dot, {"fast": dot})
    found = [scores.Scorer({}).score(pair)]
    assert printed(scores.means_table("dots", found))[scores.HALO][1:] == ["0", "-"]
    assert printed(scores.worst_table("fast", [pair], found))[scores.HALO] == ["", "", ""]
