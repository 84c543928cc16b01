"""Paint in one pass with a network that was trained for the artwork (johnson.py).

The network is found by the perceptual hash of the artwork, which `train network` stores with the
weights. The hash comes from the artwork's picture or from a style code; painting itself needs
neither. Several artworks are blended by the weighted mean of the pictures of their networks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.backends.sessions import open_part
from style_transfer.backends.variants import Backend
from style_transfer.core.embedding_header import artwork_in
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import installed_networks
from style_transfer.core.shares import StyleNeedsPictureError
from style_transfer.core.sizes import scaled
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling, split_into_tiles
from style_transfer.core.weight_files import load_weights
from style_transfer.imaging.images import to_picture
from style_transfer.imaging.perceptual_hash import SAME, difference, perceptual_hash
from style_transfer.imaging.pyramid import resize
from style_transfer.methods.frame import Attempt, Frame
from style_transfer.methods.network.johnson import (
    STRIDE,
    PaintingNet,
    build_painting_net,
    draw_noise,
)
from style_transfer.methods.network.onnx_network import PAINT, OnnxPaintingNet, PaintingFunction
from style_transfer.methods.subject import enlarged

# At this strength the strokes are as the network learned them; at 1 they are a third stronger.
AS_TRAINED = 0.75
WHOLE = 1_600_000  # pixels; a picture of at most this many is not cut
TILE = 768  # pixels on each side
MARGIN = 64  # pixels; larger than the receptive field of the network
# A small brush paints a large picture and then shrinks it. Its sides are at most four times as
# long, and it never has more pixels than this.
_MOST_PIXELS = 16_000_000
_WEAKER = 0.6  # how much weaker strokes are on a face; they would cross its features
_STATISTICS = 1_000_000  # pixels of the smaller picture that gives the statistics for all tiles


class NetworkMissingError(ModelMissingError):
    """No network was trained for this artwork."""

    code = "network_missing"
    hint = (
        "Train one with `python -m style_transfer train network --style FILE`, or choose the"
        " method fast."
    )


@dataclass(frozen=True)
class Share:
    """A network's name and its share; the shares of a run sum to one."""

    name: str
    weight: float


def find_networks(shares: Sequence[StyleInput]) -> list[Share]:
    """Find the network of each artwork.

    Raises StyleNeedsPictureError for a style that has only a code without the hash of its artwork,
    and NetworkMissingError for an artwork without a trained network.
    """
    known = installed_networks()
    return [Share(_find(share, known), share.weight) for share in shares]


def _find(share: StyleInput, known: dict[str, str]) -> str:
    own = _hash_of(share)
    apart = {name: difference(own, other) for name, other in known.items()}
    nearest = min(apart, key=apart.__getitem__, default="")
    if not nearest or apart[nearest] > SAME:
        raise NetworkMissingError("No network was trained for this artwork.")
    return nearest


def _hash_of(share: StyleInput) -> str:
    if share.image is not None:
        return perceptual_hash(to_picture(share.image).rgb)
    known = artwork_in(share.embedding or b"")
    if not known:
        raise StyleNeedsPictureError("This method needs a picture of each style.")
    return known


def load_network(name: str, device: torch.device) -> PaintingNet:
    """Load a network by its name in the manifest.

    Raises ModelMissingError if its weights are missing, refused or of another layout.
    """
    stored = load_weights(name)
    try:
        network = build_painting_net(stored)
    except (KeyError, RuntimeError) as error:
        raise ModelMissingError(f"The weights {name} do not fit the network.") from error
    return network.to(device).eval().requires_grad_(requires_grad=False)


def load_variant(name: str, device: torch.device, attempt: Attempt) -> PaintingFunction:
    """Load a network in the variant of an attempt.

    Raises ModelMissingError as `load_network` does, and for an exported file that is refused.
    """
    network = load_network(name, device)
    if attempt.variant.backend is Backend.TORCH:
        return network
    return OnnxPaintingNet(
        network, open_part(name, PAINT, attempt.variant, attempt.choice.providers)
    )


def paint(
    photo: Tensor,
    shares: Sequence[Share],
    spec: TransferSpec,
    attempt: Attempt,
    subject: Tensor | None = None,
) -> Iterator[Frame]:
    """Yield one frame per tile; the last holds the picture in the size of photo (1, 3, H, W).

    `subject` (1, 1, h, w) in [0, 1] maps what is kept clear: strokes are weaker there. Strength 0
    returns exactly the photo. The same seed on the same device and backend gives the same picture.
    """
    if spec.strength == 0:
        yield Frame(1, 1, photo)
        return
    painting, weaker = torch.zeros_like(photo), torch.ones(())
    if subject is not None:
        weaker = 1 - _WEAKER * enlarged(subject, *photo.shape[2:])
    height, width = photo.shape[2:]
    size = _painted_size(width, height, spec.style_scale)
    tiling = attempt.tiling or Tiling(WHOLE, TILE)
    tiles = _count_tiles(size, tiling)
    total, done = tiles * len(shares), 0
    for share in shares:
        network = load_variant(share.name, photo.device, attempt)
        for strokes in _lay_strokes(network, photo, size, spec.seed, tiling):
            done += 1
            if strokes is not None:
                painting += share.weight * _add(photo, network, strokes, spec.strength, weaker)
            if done < total:
                yield Frame(done, total)
    yield Frame(total, total, painting.clamp(0, 1))


def _painted_size(width: int, height: int, style_scale: float) -> tuple[int, int]:
    """Give the size at which a network paints, because its strokes have a fixed size in pixels."""
    most = (_MOST_PIXELS / (width * height)) ** 0.5
    least = 4 * STRIDE / min(width, height)
    return scaled(width, height, max(least, min(1 / style_scale, most)))


def _count_tiles(size: tuple[int, int], tiling: Tiling) -> int:
    width, height = size
    if width * height <= tiling.whole:
        return 1
    return len(split_into_tiles(height, width, tiling.tile, MARGIN))


@torch.no_grad()
def _paint_whole(network: PaintingFunction, photo: Tensor, seed: int) -> Tensor:
    recolored = network.recolor(photo)
    noise = draw_noise(photo, torch.Generator().manual_seed(seed))
    return network(recolored, noise) - recolored


def _lay_strokes(
    network: PaintingFunction, photo: Tensor, size: tuple[int, int], seed: int, tiling: Tiling
) -> Iterator[Tensor | None]:
    """Yield None after each tile but the last, then the strokes (1, 3, h, w) of a network.

    The strokes are what the network adds to the recolored photo.
    """
    shown = resize(photo, size)
    width, height = size
    if width * height <= tiling.whole:
        yield _paint_whole(network, shown, seed)
        return
    # All tiles use the statistics of the whole picture, so that no seam shows. They come from a
    # smaller picture, which has nearly the same statistics.
    network.hold_()
    _paint_whole(
        network, resize(shown, scaled(*size, (_STATISTICS / (width * height)) ** 0.5)), seed
    )
    recolored = network.recolor(shown)
    noise = draw_noise(shown, torch.Generator().manual_seed(seed))
    strokes = torch.empty_like(shown)
    tiles = split_into_tiles(height, width, tiling.tile, MARGIN)
    for number, tile in enumerate(tiles, 1):
        rows, columns = (
            slice(low // STRIDE, -(-high // STRIDE))
            for low, high in (tile.input_rows, tile.input_columns)
        )
        with torch.no_grad():
            seen = tile.crop_input(recolored)
            painted = network(seen, noise[..., rows, columns])
        tile.crop(strokes).copy_(tile.trim_margin(painted - seen))
        yield strokes if number == len(tiles) else None


def _add(
    photo: Tensor, network: PaintingFunction, strokes: Tensor, strength: float, weaker: Tensor
) -> Tensor:
    """Recolor the photo, fully from half strength on, and add strokes of any size."""
    recolored = photo.lerp(network.recolor(photo), min(1, 2 * strength))
    height, width = photo.shape[2:]
    if strokes.shape != photo.shape:
        strokes = F.interpolate(
            strokes, (height, width), mode="bicubic", antialias=True, align_corners=False
        )
    return recolored + strokes * weaker * (strength / AS_TRAINED)
