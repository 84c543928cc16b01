"""Find the faces of a photo, large and small ones, with a network that sees one small square."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.features.blazeface import SIDE, load_blazeface
from style_transfer.imaging.pyramid import resize

# Among photos of food, bowls reach 0.65; portraits reach more.
_LEAST_SCORE = 0.7
_SAME = 0.3  # boxes that share this much of their union are one face
# The whole photo, with a border so that a face may fill it, and squares of two thirds of its
# longest side. In these a face that covers 1 % of the photo is large enough to be found.
_BORDER = 0.15
_PARTS = 1.5
_LEAST_SIDE = 12  # pixels of the photo; the eyes of a smaller face are one pixel


@dataclass(frozen=True)
class Face:
    """A face: its box in shares of the photo's width and height, and how sure the network is."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def area(self) -> float:
        """Give the share of the photo that the box covers, cut at the borders."""
        width = min(1.0, self.right) - max(0.0, self.left)
        height = min(1.0, self.bottom) - max(0.0, self.top)
        return max(0.0, width) * max(0.0, height)


@torch.no_grad()
def find_faces(photo: Tensor) -> list[Face]:
    """Find the faces of photo (1, 3, H, W) in [0, 1], the surest first.

    Raises ModelMissingError.
    """
    height, width = photo.shape[2:]
    if min(height, width) < _LEAST_SIDE:
        return []
    squares, corners = _views(photo.cpu())
    found = load_blazeface()(squares)
    sure = found.scores > _LEAST_SCORE  # (B, N)
    views = sure.nonzero()[:, 0]
    left, top, side = corners[views].T
    shift = torch.stack([left, top, left, top], 1)
    boxes = found.boxes[sure] * side[:, None] + shift  # (M, 4) in pixels
    sides = (boxes[:, 2:] - boxes[:, :2]).amin(1)
    large = sides >= _LEAST_SIDE
    return _merge(boxes[large], found.scores[sure][large], (width, height))


def _views(photo: Tensor) -> tuple[Tensor, Tensor]:
    """Cut squares (B, 3, SIDE, SIDE) from a photo, each with left, top and side (B, 3) in it."""
    height, width = photo.shape[2:]
    longest = max(height, width)
    whole = longest * (1 + 2 * _BORDER)
    squares = [_square(photo, SIDE / whole)]
    corners = [((width - whole) / 2, (height - whole) / 2, whole)]
    part = longest / _PARTS
    factor = SIDE / part
    shown = resize(photo, (max(1, round(width * factor)), max(1, round(height * factor))))
    for top in _starts(shown.shape[2]):
        for left in _starts(shown.shape[3]):
            piece = shown[..., max(0, top) : top + SIDE, max(0, left) : left + SIDE]
            squares.append(_framed(piece))
            corners.append((left / factor, top / factor, part))
    return torch.cat(squares), torch.tensor(corners)


def _square(photo: Tensor, factor: float) -> Tensor:
    height, width = photo.shape[2:]
    return _framed(resize(photo, (max(1, round(width * factor)), max(1, round(height * factor)))))


def _framed(part: Tensor) -> Tensor:
    """Put a part (1, 3, h, w) into the middle of a black square."""
    down, across = SIDE - part.shape[2], SIDE - part.shape[3]
    return F.pad(part, (across // 2, across - across // 2, down // 2, down - down // 2))


def _starts(length: int) -> list[int]:
    """List where squares begin that cover a length and overlap by half."""
    if length <= SIDE:
        return [-((SIDE - length) // 2)]
    count = -(-2 * (length - SIDE) // SIDE)
    return [round(number * (length - SIDE) / count) for number in range(count + 1)]


def _merge(boxes: Tensor, scores: Tensor, size: tuple[int, int]) -> list[Face]:
    """Join boxes (M, 4) of one face to their mean, weighted by scores (M,)."""
    width, height = size
    faces = []
    while len(scores):
        best = int(scores.argmax())
        same = _overlap(boxes, boxes[best]) > _SAME
        weights = scores[same, None]
        left, top, right, bottom = ((boxes[same] * weights).sum(0) / weights.sum()).tolist()
        score = float(scores[best])
        faces.append(Face(left / width, top / height, right / width, bottom / height, score))
        boxes, scores = boxes[~same], scores[~same]
    return faces


def _overlap(boxes: Tensor, other: Tensor) -> Tensor:
    """Measure the share of the union that boxes (M, 4) have in common with another box (4,)."""
    low, high = torch.maximum(boxes[:, :2], other[:2]), torch.minimum(boxes[:, 2:], other[2:])
    common = (high - low).clamp_min(0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return common / (areas + (other[2:] - other[:2]).prod() - common)
