"""Losses are stored as JSON lines and drawn as a picture."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from style_transfer.training.curve import LOSSES, append_losses, draw_curves, read_losses


def test_reads_back_what_was_appended(tmp_path: Path) -> None:
    append_losses(tmp_path / "run", 1, {"a": 0.5, "b": 2.0})
    append_losses(tmp_path / "run", 9, {"a": 0.25, "b": 1.0})
    assert read_losses(tmp_path / "run") == {"a": [(1, 0.5), (9, 0.25)], "b": [(1, 2), (9, 1)]}


def test_writes_one_json_object_per_line(tmp_path: Path) -> None:
    append_losses(tmp_path, 3, {"a": 0.12345678})
    assert json.loads((tmp_path / LOSSES).read_text()) == {"step": 3, "a": 0.123457}


def test_replaces_lost_steps_with_those_of_the_resumed_run(tmp_path: Path) -> None:
    for step, loss in ((1, 4.0), (2, 3.0), (3, 2.0), (2, 2.5), (3, 1.5)):
        append_losses(tmp_path, step, {"a": loss})
    assert read_losses(tmp_path) == {"a": [(1, 4.0), (2, 2.5), (3, 1.5)]}


def test_has_nothing_to_read_before_the_first_step(tmp_path: Path) -> None:
    assert read_losses(tmp_path) == {}


def test_draws_a_falling_line() -> None:
    image = draw_curves({"a": [(step, 10.0 / (1 + step)) for step in range(100)]})
    pixels = np.asarray(image).astype(int)
    ink = np.abs(pixels - (0x1B, 0x49, 0x65)).sum(-1) == 0
    ink[:40] = False  # the name
    rows, columns = np.nonzero(ink)
    assert rows[columns == columns.min()].mean() < rows[columns == columns.max()].mean() - 100


def test_draws_an_empty_page_and_a_single_point_without_failing() -> None:
    assert draw_curves({}).getextrema() == ((255, 255),) * 3
    assert draw_curves({"a": [(0, 1.0)], "zero": [(0, 0.0)]}).size == (960, 480)


def test_leaves_out_losses_that_are_not_finite(tmp_path: Path) -> None:
    append_losses(tmp_path, 1, {"a": math.inf, "b": 1.0})
    append_losses(tmp_path, 2, {"a": 2.0, "b": math.nan})
    lines = (tmp_path / LOSSES).read_text().splitlines()
    read = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert read == [{"step": 1, "a": None, "b": 1}, {"step": 2, "a": 2, "b": None}]
    assert read_losses(tmp_path) == {"b": [(1, 1)], "a": [(2, 2)]}
    losses = [(1, math.inf), (2, math.nan), (3, 1.0), (4, -math.inf), (5, 0.5)]
    finite = [(3, 1.0), (5, 0.5)]
    assert draw_curves({"a": losses}).tobytes() == draw_curves({"a": finite}).tobytes()
