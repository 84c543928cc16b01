"""Score pictures by every measure: the means of each answer, and the pairs it does worst on."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import torch
from rich.table import Table

from style_transfer.bench.distances import Metric, content_distance, style_distance
from style_transfer.bench.measures.contrast import SIGMAS, contrast_error, contrast_ratios
from style_transfer.bench.measures.faces import Box, face_similarity
from style_transfer.bench.measures.halo import halo
from style_transfer.bench.measures.islands import color_islands
from style_transfer.bench.measures.lattice import flat_lattice_share
from style_transfer.bench.measures.unrest import flat_unrest
from style_transfer.bench.predictor import StylePredictor, predicted_style_distance
from style_transfer.bench.quality import Pair
from style_transfer.imaging.tensors import to_tensor

_WORST = 3
Scores = dict[str, float]  # by the name of the measure; NaN where it has nothing to look at


@dataclass(frozen=True)
class Column:
    """A measure in a table: its name, which way is better, and how far a figure is from good."""

    name: str
    better: str
    badness: Callable[[float], float]
    digits: int = 3


def _lower(name: str, digits: int = 3) -> Column:
    return Column(name, "lower", lambda score: score, digits)


def _contrast_name(sigma: int) -> str:
    return f"contrast at {sigma} px / artwork's"


STYLE, FACES, LATTICE = "style, by predictor", "faces, gradient SSIM", "lattice in flat areas"
HALO, ISLANDS, UNREST = "halo", "color islands", "unrest in flat areas"
CONTRAST = "contrast error, octaves"
CONTENT_DISTANCE, STYLE_DISTANCE = "content distance", "style distance"

COLUMNS = (
    _lower(STYLE, 4),
    *(
        Column(_contrast_name(sigma), "1", lambda score: abs(math.log2(max(score, 1e-6))), 2)
        for sigma in SIGMAS
    ),
    _lower(CONTRAST),
    Column(FACES, "higher", lambda score: -score),
    _lower(LATTICE, 4),
    _lower(HALO, 4),
    _lower(ISLANDS, 4),
    _lower(UNREST, 2),
    _lower(CONTENT_DISTANCE),
    _lower(STYLE_DISTANCE),
)


def score_pairs(
    pairs: Iterable[Pair],
    faces: Mapping[str, Sequence[Box]],
    predictor: StylePredictor | None,
    metric: Metric | None,
) -> list[dict[str, Scores]]:
    """Score every answer to every pair: for each pair the scores by the name of the answer.

    The style by the predictor, and the distances by the metric, are left out without them.
    """
    return [
        {name: _score(pair, name, faces, predictor, metric) for name in pair.answers}
        for pair in pairs
    ]


def _score(
    pair: Pair,
    name: str,
    faces: Mapping[str, Sequence[Box]],
    predictor: StylePredictor | None,
    metric: Metric | None,
) -> Scores:
    place = torch.device("cpu")
    result, photo, artwork = (
        to_tensor(image, place) for image in (pair.answers[name], pair.photo, pair.artwork)
    )
    ratios = contrast_ratios(result, artwork).tolist()
    scores = {
        **dict(zip(map(_contrast_name, SIGMAS), ratios, strict=True)),
        CONTRAST: contrast_error(result, artwork),
        FACES: face_similarity(result, photo, faces.get(pair.photo_name, ())),
        LATTICE: flat_lattice_share(result, photo),
        HALO: halo(result, photo),
        ISLANDS: color_islands(result, photo),
        UNREST: flat_unrest(result, photo, artwork),
    }
    if predictor:
        scores[STYLE] = predicted_style_distance(predictor.embed(result), predictor.embed(artwork))
    if metric:
        encoded = [metric.encode(picture) for picture in (result, photo, artwork)]
        scores[CONTENT_DISTANCE] = content_distance(encoded[0], encoded[1])
        scores[STYLE_DISTANCE] = style_distance(encoded[0], encoded[2])
    return scores


def means_table(title: str, scores: Sequence[Mapping[str, Scores]]) -> Table:
    """Make a table with the mean of every measure for every answer.

    Pairs in which a measure has nothing to look at are left out of its mean; a column counts them.
    """
    answers = list(scores[0])
    table = Table(title=title)
    table.add_column("measure")
    table.add_column("better")
    table.add_column("pairs", justify="right")
    for answer in answers:
        table.add_column(answer, justify="right")
    for column in _present(scores):
        found = {name: _finite(scores, name, column) for name in answers}
        cells = [_mean_cell(figures, column) for figures in found.values()]
        count = max(len(figures) for figures in found.values())
        table.add_row(column.name, column.better, str(count), *cells)
    return table


def worst_table(
    answer: str, pairs: Sequence[Pair], scores: Sequence[Mapping[str, Scores]]
) -> Table:
    """Make a table with the three pairs on which an answer is worst by each measure."""
    table = Table(title=f"worst pairs of {answer}")
    table.add_column("measure")
    for place in range(1, _WORST + 1):
        table.add_column(f"{place}.")
    for column in _present(scores):
        found = [
            (column.badness(each[answer][column.name]), pair.title, each[answer][column.name])
            for pair, each in zip(pairs, scores, strict=True)
            if math.isfinite(each[answer][column.name])
        ]
        worst = sorted(found, reverse=True)[:_WORST]
        cells = [f"{name} {figure:.{column.digits}f}" for _, name, figure in worst]
        table.add_row(column.name, *cells, *[""] * (_WORST - len(cells)))
    return table


def _present(scores: Sequence[Mapping[str, Scores]]) -> list[Column]:
    some = next(iter(scores[0].values()))
    return [column for column in COLUMNS if column.name in some]


def _finite(scores: Sequence[Mapping[str, Scores]], answer: str, column: Column) -> list[float]:
    figures = [each[answer][column.name] for each in scores]
    return [figure for figure in figures if math.isfinite(figure)]


def _mean_cell(figures: Sequence[float], column: Column) -> str:
    return f"{mean(figures):.{column.digits}f}" if figures else "-"
