"""The textbook recipe of neural style transfer, to be read from top to bottom.

Gatys, Ecker and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks", found that
a network that was trained to recognize things also knows what a picture shows and how it looks:

    content   the activations F of a deep layer say what is where
    style     the correlations between the channels of each layer say which textures there are,
              and no longer where: their Gram matrix G = F F^T

So a picture is wanted whose F is that of a photo and whose G are those of an artwork. The network
stays frozen. What is trained is the picture: each pixel is a parameter.

    loss(x) = content_weight * mean((F(x) - F(photo))^2)                         one deep layer
            + style_weight * sum over layers l of w_l * mean((G_l(x) - G_l(artwork))^2)
            + tv_weight * mean of the squared differences of neighboring pixels

The gradient of the loss with respect to x comes from backpropagation, and Adam follows it. That is
all. It takes hundreds of steps for one picture, which is why the other methods exist.

Shapes: a picture is (1, 3, H, W), activations of a layer are (1, C, h, w), a Gram matrix is (C, C).
Units: the picture x that is trained is in [-1, 1]; what comes in and goes out is RGB in [0, 1]; the
network turns that into the mean and deviation of ImageNet, for which it was trained.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.core.backbones import BACKBONES
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.sizes import scaled
from style_transfer.core.spec import DIVERGED, Init, Optimizer, TransferSpec
from style_transfer.features.builtin import FeatureNet
from style_transfer.imaging.pyramid import resize
from style_transfer.methods.frame import Frame, Kept

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
PIXELS = "pixels"  # the picture itself, as one more layer for a network that sees no colors
RATES = {Optimizer.ADAM: 0.01, Optimizer.LBFGS: 1.0}
_TOO_HIGH = 100.0  # times the loss of the first picture or of an empty one: the descent diverges
_PREVIEW_SECONDS = 0.6
_QUIET = 0.1  # the least unit of a layer, as a share of its mean activation
_ROUNDED = 0.05  # sides that are rounded to whole pixels may be this much longer
_HISTORY = 10  # steps that L-BFGS remembers, each as two copies of the picture
_EPSILON = 1e-6  # the unit of a layer without any activation


# ---- 1. The losses ------------------------------------------------------------------------------


def gram_matrix(activations: Tensor) -> Tensor:
    """Correlate the channels of activations (1, C, h, w): G_ij = sum_k F_ik F_jk / (C h w).

    k runs over all places, so the result (C, C) does not depend on where something is. It is
    divided by the number of activations, so it does not depend on the size of the picture either.
    """
    _, channels, height, width = activations.shape
    flat = activations[0].reshape(channels, height * width)  # F: one row for each channel
    return flat @ flat.T / (channels * height * width)


def total_variation(picture: Tensor) -> Tensor:
    """Measure how rough a picture (1, 3, H, W) is: the mean squared step from pixel to pixel."""
    across = picture[..., :, 1:] - picture[..., :, :-1]
    down = picture[..., 1:, :] - picture[..., :-1, :]
    # A picture of one row or column has no steps in one direction, and the mean of none is NaN.
    parts = [step.square().mean() for step in (across, down) if step.numel()]
    return torch.stack(parts).sum() if parts else picture.new_zeros(())


@dataclass(frozen=True)
class Losses:
    """The three weighted losses of one picture, each a number ()."""

    content: Tensor
    style: Tensor
    variation: Tensor

    @property
    def total(self) -> Tensor:
        """Give the number () that the optimizer makes smaller."""
        return self.content + self.style + self.variation

    def numbers(self) -> dict[str, float]:
        """Give plain numbers by name, for logs and curves."""
        parts = {"content": self.content, "style": self.style, "variation": self.variation}
        return {name: float(part.detach()) for name, part in {**parts, "total": self.total}.items()}


class Recipe:
    """The losses of pictures for one photo and one or several artworks."""

    def __init__(
        self,
        network: FeatureNet,
        photo: Tensor,
        artworks: Sequence[tuple[Tensor, float]],
        spec: TransferSpec,
    ) -> None:
        """Measure the targets once: photo (1, 3, H, W), artworks (1, 3, h, w) with their shares.

        All are RGB in [0, 1], and the shares sum to one. Several artworks are mixed by the weighted
        mean of their Gram matrices.
        """
        self._network, self._spec = network, spec
        backbone = BACKBONES[spec.features]
        # In VGG relu4_2: deep enough to keep shapes, and to leave brush strokes free.
        self._content_layer = backbone.content
        self._weights = dict(zip(STYLE_LAYERS, spec.layer_weights, strict=True))  # w_l
        if not backbone.colors:
            self._weights[PIXELS] = 1.0
        self._most = photo.shape[2] * photo.shape[3]  # pixels that are seen at once
        # Where channels are hardly ever 0, their means are so large that the correlations are
        # lost in them. They are subtracted first (Novak and Nikulin 2016, "Improving the Neural
        # Algorithm of Artistic Style"). VGG-19 has sparse channels and does without.
        keep = float(backbone.centered)
        with torch.no_grad():
            self._shifts = self._mix(artworks, lambda _, maps: keep * _means(maps))
            # The layers of a network have different units. Gatys et al. scaled the weights of VGG
            # so that the mean activation of each layer is one. Here the activations are divided
            # instead, which is the same, so one style_weight fits every network.
            measure = _unit_of_smoothed if backbone.smoothed else _unit_of
            self._units = self._mix(
                artworks, lambda layer, maps: measure(maps, self._shifts[layer])
            )
            self._grams = self._mix(
                artworks, lambda layer, maps: gram_matrix(self._in_unit(layer, maps))
            )
            self._content = self._in_unit(
                self._content_layer, self._see(photo)[self._content_layer]
            )

    def _mix(
        self,
        artworks: Sequence[tuple[Tensor, float]],
        measure: Callable[[str, Tensor], Tensor],
    ) -> dict[str, Tensor]:
        """Mix what `measure` finds in each layer of each artwork, by the shares.

        Of all activations, only those of a part of one artwork are in memory at a time.
        """
        mixed: dict[str, Tensor] = {}
        for artwork, share in artworks:
            for part in parts_of(artwork, self._most):
                weight = share * part.numel() / artwork.numel()
                found = {layer: measure(layer, maps) for layer, maps in self._see(part).items()}
                mixed = {
                    layer: weight * each + mixed.get(layer, 0.0) for layer, each in found.items()
                }
        return mixed

    def _see(self, rgb: Tensor) -> dict[str, Tensor]:
        """Compute the activations of all layers that are compared, for rgb (1, 3, H, W)."""
        layers = {**dict.fromkeys(STYLE_LAYERS), self._content_layer: None}
        return {PIXELS: rgb, **self._network(rgb, tuple(layers))}

    def _in_unit(self, layer: str, maps: Tensor) -> Tensor:
        """Give activations (1, C, h, w) of a layer in the unit of the layer."""
        return (maps - self._shifts[layer]) / self._units[layer]

    def losses(self, picture: Tensor) -> Losses:
        """Measure picture (1, 3, H, W) in [-1, 1]; a perfect and perfectly smooth one has 0."""
        maps = self._see((picture + 1) / 2)
        seen = {layer: self._in_unit(layer, each) for layer, each in maps.items()}
        content = (seen[self._content_layer] - self._content).square().mean()
        style = torch.stack(
            [
                weight * (gram_matrix(seen[layer]) - self._grams[layer]).square().mean()
                for layer, weight in self._weights.items()
            ]
        ).sum()
        return Losses(
            self._spec.content_weight * content,
            self._spec.style_weight * style,
            self._spec.tv_weight * total_variation(picture),
        )

    def empty_loss(self) -> float:
        """Give the loss of a picture in which all scaled activations are 0."""
        style = sum(
            weight * float(self._grams[layer].square().mean())
            for layer, weight in self._weights.items()
        )
        content = float(self._content.square().mean())
        return self._spec.content_weight * content + self._spec.style_weight * style


def _means(activations: Tensor) -> Tensor:
    return activations.mean((2, 3), keepdim=True)  # (1, C, 1, 1)


def _unit_of(activations: Tensor, shift: Tensor) -> Tensor:
    # Without the bound, a layer that hardly varies would outweigh all others: in a tiny artwork,
    # the deepest layer has a single place.
    least = _QUIET * activations.abs().mean() + _EPSILON
    return torch.maximum((activations - shift).abs().mean(), least)


def _unit_of_smoothed(activations: Tensor, shift: Tensor) -> Tensor:
    # Smoothed activations vary a little around a large mean m by a deviation d. A Gram matrix has
    # products of both: m^2 says nothing, m d is what differs between pictures. So m d is one.
    mean = activations.mean()
    return (mean * _unit_of(activations - mean, shift)).sqrt()


def parts_of(artwork: Tensor, most: int) -> Iterator[Tensor]:
    """Cut an artwork (1, 3, h, w) into a grid of parts with about `most` pixels at most.

    Means and correlations are means over places, so those of the parts give those of the whole.
    """
    count = max(1, math.ceil((artwork.shape[2] * artwork.shape[3] / most) ** 0.5 - _ROUNDED))
    for rows in artwork.chunk(count, 2):
        yield from rows.chunk(count, 3)


# ---- 2. The picture to start from ----------------------------------------------------------------


def first_picture(init: Init, photo: Tensor, artwork: Tensor, seed: int) -> Tensor:
    """Make the first picture (1, 3, H, W) in [-1, 1], in the size of photo (1, 3, H, W) in [0, 1].

    From the photo it is quick and keeps the shapes. From noise, everything in the result comes from
    the losses. From the artwork, its strokes stay and the shapes of the photo grow in them.
    """
    if init is Init.NOISE:
        # The noise is drawn on the CPU, so that it is the same for every device.
        draw = torch.Generator().manual_seed(seed)
        return (2 * torch.rand(photo.shape, generator=draw) - 1).to(photo)
    height, width = photo.shape[-2:]
    return 2 * (resize(artwork, (width, height)) if init is Init.STYLE else photo) - 1


def at_scale(artwork: Tensor, photo: Tensor, style_scale: float) -> Tensor:
    """Shrink an artwork (1, 3, h, w) to the area of the photo times the brush; never enlarge it.

    The layers see a few dozen pixels at a time, so the size of the artwork is that of its strokes.
    """
    (height, width), (rows, columns) = artwork.shape[-2:], photo.shape[-2:]
    side = (rows * columns / (height * width)) ** 0.5
    return resize(artwork, scaled(width, height, min(1, side * style_scale)))


# ---- 3. The descent ------------------------------------------------------------------------------


def descend(
    losses: Callable[[Tensor], Losses],
    picture: Tensor,
    steps: int,
    optimizer: Optimizer = Optimizer.ADAM,
    rate: float | None = None,
) -> Iterator[tuple[Tensor, Tensor, dict[str, float]]]:
    """Train the pixels of picture (1, 3, H, W) in [-1, 1]; yield after each of `steps` steps.

    Yields the picture before the step, the picture after it, and the losses of the one before.
    """
    x = picture.detach().clone().contiguous().requires_grad_()
    rate = rate or RATES[optimizer]
    trainer: torch.optim.Optimizer
    if optimizer is Optimizer.LBFGS:
        # One step is one iteration. The line search tries a few lengths of it and takes a good one.
        trainer = torch.optim.LBFGS(
            [x], rate, max_iter=1, history_size=_HISTORY, line_search_fn="strong_wolfe"
        )
    else:
        trainer = torch.optim.Adam([x], rate)
    found: list[Losses] = []

    def evaluate() -> Tensor:
        trainer.zero_grad()
        found.append(losses(x))
        found[-1].total.backward()
        return found[-1].total

    for _ in range(steps):
        before = x.detach().clone()
        found.clear()
        with torch.enable_grad():  # the caller may have switched gradients off between two steps
            trainer.step(evaluate)  # type: ignore[no-untyped-call]
        if optimizer is Optimizer.ADAM:
            # No display shows more. L-BFGS would lose its estimate of the curvature.
            with torch.no_grad():
                x.clamp_(-1, 1)
        yield before, x.detach(), found[0].numbers()


# ---- 4. All of it --------------------------------------------------------------------------------


def paint(
    network: FeatureNet,
    photo: Tensor,
    artworks: Iterable[tuple[Tensor, float]],
    spec: TransferSpec,
    begun: Tensor | None = None,
) -> Iterator[Frame]:
    """Yield one frame per step; the last holds the picture in the size of photo (1, 3, H, W).

    Each of `artworks` (1, 3, h, w) may be made only when it is asked for. `begun` is a picture
    (1, 3, h, w) that an earlier run saved; the descent continues from it. If the learning rate is
    too high, the loss explodes. Then the last frame comes early, with a warning and the picture
    that had the lowest loss.
    """
    steps = spec.steps or METHOD_INFOS["gatys"].default_steps

    def show(pair: tuple[Tensor, float]) -> tuple[Tensor, float]:
        return at_scale(pair[0], photo, spec.style_scale), pair[1]

    shown = list(map(show, artworks))  # so each is dropped in its own size before the next comes
    recipe = Recipe(network, photo, shown, spec)
    largest = max(shown, key=lambda pair: pair[1])[0]
    start = first_picture(spec.init, photo, largest, spec.seed)
    del shown, largest  # the recipe keeps only what it found in them
    if begun is not None:
        start = 2 * resize(begun, (photo.shape[3], photo.shape[2])) - 1
    best, lowest, bound = start, float("inf"), _TOO_HIGH * recipe.empty_loss()
    shown_at = time.monotonic()
    run = descend(recipe.losses, start, steps, spec.optimizer, spec.learning_rate)
    for done, (before, after, losses) in enumerate(run, 1):
        total = losses["total"]
        bound = max(bound, _TOO_HIGH * total) if done == 1 else bound
        if not total <= bound:  # NaN is not below anything
            rgb = _as_rgb(best)
            yield Frame(done, done, rgb, Kept(rgb, _as_it_is), losses, (DIVERGED,))
            return
        if total < lowest:
            best, lowest = before, total
        due = done == steps or time.monotonic() - shown_at > _PREVIEW_SECONDS
        shown_at = time.monotonic() if due else shown_at
        rgb = _as_rgb(after)
        yield Frame(done, steps, rgb if due else None, Kept(rgb, _as_it_is), losses)


def _as_rgb(picture: Tensor) -> Tensor:
    return ((picture + 1) / 2).clamp(0, 1)


def _as_it_is(picture: Tensor) -> Tensor:
    return picture
