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


def printed(table: Table) -> dict[str, list[str]]:
    """Print a table and read its rows: the first cell -> the others."""
    written = StringIO()
    Console(width=200, file=written).print(table)
    rows = [line.split("│")[1:-1] for line in written.getvalue().splitlines() if "│" in line]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_prefers_the_answer_without_defects(pairs: list[Pair], tmp_path: Path) -> None:
    write_mean_color(tmp_path / "mean.onnx")
    metric = load_metric("builtin", [], torch.device("cpu"))
    (found,) = scores.score_pairs(pairs[:1], {}, StylePredictor(tmp_path / "mean.onnx"), metric)
    for name in (scores.CONTRAST, scores.LATTICE, scores.ISLANDS, scores.STYLE_DISTANCE):
        assert found["good"][name] < found["bad"][name]
    assert found["good"][scores.STYLE] < 0.01


def test_prints_means_and_leaves_out_what_was_not_asked(pairs: list[Pair]) -> None:
    found = scores.score_pairs(pairs, {}, None, None)
    rows = printed(scores.means_table("two pairs", found))
    better, count, good, bad = rows[scores.LATTICE]
    assert (better, count) == ("lower", "2")
    assert good == bad  # each has both pictures once
    assert rows[scores.FACES] == ["higher", "0", "-", "-"]
    assert scores.STYLE not in rows
    assert scores.STYLE_DISTANCE not in rows


def test_lists_the_worst_pairs_first(pairs: list[Pair]) -> None:
    found = scores.score_pairs(pairs, {}, None, None)
    rows = printed(scores.worst_table("good", pairs, found))
    first, second, third = rows[scores.LATTICE]
    assert first.startswith("roofs x swapped")
    assert second.startswith("roofs x grain")
    assert third == ""
    assert rows["contrast at 1 px / artwork's"][0].startswith("roofs x swapped")
    assert rows[scores.FACES] == ["", "", ""]


def test_counts_a_lower_similarity_of_faces_as_worse(pairs: list[Pair]) -> None:
    found = scores.score_pairs(pairs, {"roofs": [(0.1, 0.5, 0.9, 0.9)]}, None, None)
    worst = printed(scores.worst_table("good", pairs, found))[scores.FACES][0]
    assert worst.startswith("roofs x swapped")


def test_scores_tiny_pictures(pairs: list[Pair]) -> None:
    dot = Image.new("RGB", (2, 1), "red")
    found = scores.score_pairs([Pair("a", "b", dot, dot, {"fast": dot})], {}, None, None)
    assert printed(scores.means_table("dots", found))[scores.HALO][-1] == "-"
