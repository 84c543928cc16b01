"""Score pictures by every measure: the means of each answer, and the pairs it does worst on."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import torch
from PIL import Image
from rich.table import Table
from torch import Tensor

from style_transfer.bench.distances import Metric, content_distance, style_distance
from style_transfer.bench.measures.contrast import (
    SIGMAS,
    band_contrasts,
    contrast_error,
    contrast_ratios,
)
from style_transfer.bench.measures.faces import Box, face_similarity
from style_transfer.bench.measures.flat_areas import find_flat_areas
from style_transfer.bench.measures.halo import halo
from style_transfer.bench.measures.islands import color_islands
from style_transfer.bench.measures.lattice import flat_lattice_share
from style_transfer.bench.measures.unrest import calm_detail, flat_unrest
from style_transfer.bench.predictor import StylePredictor, predicted_style_distance
from style_transfer.bench.quality import Pair
from style_transfer.imaging.tensors import to_tensor

_WORST = 3
# A picture (1, 3, H, W) -> the names of measures with their scores.
Measures = Callable[[Tensor], Iterator[tuple[str, float]]]
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


@dataclass(frozen=True)
class Scorer:
    """All measures; without a predictor or a metric, theirs are left out."""

    faces: Mapping[str, Sequence[Box]]
    predictor: StylePredictor | None = None
    metric: Metric | None = None

    def score(self, pair: Pair) -> dict[str, Scores]:
        """Score every answer to a pair, by the name of the answer."""
        photo, artwork = _tensor(pair.photo), _tensor(pair.artwork)
        measures = [self._outside(pair, photo, artwork)]
        if self.predictor:
            measures.append(_style_by(self.predictor, artwork))
        if self.metric:
            measures.append(_distances_by(self.metric, photo, artwork))
        scores: dict[str, Scores] = {}
        for name, image in pair.answers.items():
            result = _tensor(image)
            scores[name] = {key: value for measure in measures for key, value in measure(result)}
        return scores

    def _outside(self, pair: Pair, photo: Tensor, artwork: Tensor) -> Measures:
        # What depends on the pair only is computed once for all answers.
        flat, calm = find_flat_areas(photo), calm_detail(artwork)
        contrasts = band_contrasts(artwork)
        boxes = self.faces.get(pair.photo_name, ())

        def measure(result: Tensor) -> Iterator[tuple[str, float]]:
            ratios = contrast_ratios(band_contrasts(result), contrasts)
            yield from zip(map(_contrast_name, SIGMAS), ratios.tolist(), strict=True)
            yield CONTRAST, contrast_error(ratios)
            yield FACES, face_similarity(result, photo, boxes)
            yield LATTICE, flat_lattice_share(result, flat)
            yield HALO, halo(result, photo)
            yield ISLANDS, color_islands(result, photo, flat)
            yield UNREST, flat_unrest(result, flat, calm)

        return measure


def _style_by(predictor: StylePredictor, artwork: Tensor) -> Measures:
    wanted = predictor.embed(artwork)

    def measure(result: Tensor) -> Iterator[tuple[str, float]]:
        yield STYLE, predicted_style_distance(predictor.embed(result), wanted)

    return measure


def _distances_by(metric: Metric, photo: Tensor, artwork: Tensor) -> Measures:
    seen, wanted = metric.encode(photo), metric.encode(artwork)

    def measure(result: Tensor) -> Iterator[tuple[str, float]]:
        encoded = metric.encode(result)
        yield CONTENT_DISTANCE, content_distance(encoded, seen)
        yield STYLE_DISTANCE, style_distance(encoded, wanted)

    return measure


def _tensor(image: Image.Image) -> Tensor:
    return to_tensor(image, torch.device("cpu"))


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
