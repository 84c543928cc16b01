"""Verify the variants of a network against the reference, and time them on this machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from style_transfer.backends.choice import Choice
from style_transfer.backends.machine import describe_machine
from style_transfer.backends.sessions import TENSORRT, choose_providers, is_installed
from style_transfer.backends.standard import SEAM
from style_transfer.backends.variants import (
    HALF,
    REFERENCE,
    Precision,
    Variant,
    exported_variants,
    files_of,
)
from style_transfer.backends.verdicts import Verdict, write_verdicts
from style_transfer.bench.distances import Metric, load_metric
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import EngineError, ModelMissingError
from style_transfer.core.manifest import PAINTING_NET, find_card
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling
from style_transfer.gate.golden import GoldenPair, golden_digest, golden_pairs
from style_transfer.gate.scores import compare, reasons_against, seam_of, worst_of
from style_transfer.imaging.drawn import draw_landscape
from style_transfer.imaging.perceptual_hash import picture_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods import Method, load_method
from style_transfer.methods.frame import Attempt, Task
from style_transfer.pipeline.canvas import Canvas

JUDGE = "builtin"
TIMED = (768, 512)  # pixels of the picture that is timed
REPEATS = 3
_CUT = Tiling(whole=0, tile=128)
_CPU = torch.device("cpu")
# Called with each variant and its verdict.
Advance = Callable[[Variant, Verdict], None]


@dataclass(frozen=True)
class Verification:
    """The gate for one network: what paints it, and the golden set."""

    network: str
    method: Method
    pairs: list[GoldenPair]
    device: torch.device
    providers: tuple[str, ...]
    metric: Metric

    def attempt(self, variant: Variant, tiling: Tiling | None = None) -> Attempt:
        """Give the attempt that paints a variant; the reference paints exactly."""
        return Attempt(
            self.device,
            tiling=tiling,
            exact=variant == REFERENCE,
            choice=Choice(variant, self.providers),
        )

    def paint(
        self,
        photo: Image.Image,
        artwork: Image.Image,
        attempt: Attempt,
        spec: TransferSpec | None = None,
    ) -> Tensor:
        """Paint without any fallback: (1, 3, H, W) on the CPU. Raises EngineError."""
        spec = spec or TransferSpec(method=self.method.info.slug)
        canvas = Canvas.prepare(photo, spec, self.device)
        task = Task(canvas, [StyleInput(artwork)])
        plan = self.method.plan(task, attempt, None)
        *_, last = self.method.paint(task, attempt, plan)
        if last.image is None:
            raise AssertionError("the last frame brings the picture")
        return last.image.float().cpu()

    def verdict(self, variant: Variant) -> Verdict:
        """Score and time a variant."""
        files = files_of(self.network, variant)
        try:
            found = [self._scores(pair, variant) for pair in self.pairs]
            seconds = self._time(variant)
        except EngineError as error:
            return Verdict(passed=False, seconds=0.0, reasons=[str(error)], files=files)
        scores = worst_of(found)
        reasons = reasons_against(scores)
        rounded = {name: round(score, 5) for name, score in scores.items()}
        return Verdict(not reasons, round(seconds, 4), reasons, rounded, files)

    def _scores(self, pair: GoldenPair, variant: Variant) -> dict[str, float]:
        whole, exact = self.attempt(variant), self.attempt(REFERENCE)
        wanted = self.paint(pair.photo, pair.artwork, exact)
        painted = self.paint(pair.photo, pair.artwork, whole)
        # The picture that stands for the artwork of a network has a few pixels only.
        seen = pair.artwork.resize(pair.photo.size)
        photo, artwork = (to_tensor(each, _CPU) for each in (pair.photo, seen))
        scores = compare(painted, wanted, photo, artwork, self.metric)
        if pair is self.pairs[0]:  # tiles are the same code for every picture
            scores[SEAM] = self._seam(pair, variant, painted)
        return {SEAM: 0.0, **scores}

    def _seam(self, pair: GoldenPair, variant: Variant, painted: Tensor) -> float:
        """Measure the seams of a variant; `painted` is its painting in one piece.

        Maps that wait between tiles are rounded, and so strokes differ from those of a painting in
        one piece, by any backend. So only the reference, which rounds nothing, is compared with
        that; others are compared with torch in the same tiles.
        """
        tiled = self.paint(pair.photo, pair.artwork, self.attempt(variant, _CUT))
        if variant != REFERENCE:
            usual = Attempt(self.device, tiling=_CUT)
            painted = self.paint(pair.photo, pair.artwork, usual)
        return seam_of(tiled, painted, _CUT.tile)

    def _time(self, variant: Variant) -> float:
        """Give the best time of several paintings; other processes can only add to it."""
        photo, attempt = draw_landscape(TIMED), self.attempt(variant)
        times = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            self.paint(photo, self.pairs[0].artwork, attempt)
            times.append(time.perf_counter() - begun)
        return min(times)


def prepare(network: str, device: torch.device, asked: tuple[str, ...] = ()) -> Verification:
    """Prepare the gate for an installed network.

    Raises ModelMissingError for a network that is not installed, and ProviderMissingError.
    """
    card = find_card(network)[1]
    own = network.startswith(PAINTING_NET)
    slugs = [
        slug
        for slug, info in METHOD_INFOS.items()
        if info.variants and info.needs_own_network == own
    ]
    # The weights of the method `fast` have its name; other weights are parts of a method.
    if not (own or network in slugs):
        raise ModelMissingError(f"No method paints with {network}.")
    pairs = golden_pairs()
    if own:  # it paints one artwork only, which its hash finds
        artwork = picture_of(str(card.figures.get("artwork", "")))
        if artwork is None:
            raise ModelMissingError(f"The card of {network} names no artwork.")
        pairs = [GoldenPair(pair.name, pair.photo, artwork) for pair in pairs]
    providers = choose_providers(device, asked) if is_installed() else ()
    metric = load_metric(JUDGE, [], _CPU)
    return Verification(network, load_method(slugs[0]), pairs, device, providers, metric)


def variants_to_verify(gate: Verification) -> list[Variant]:
    """List the reference, half precision where method and device have it, and what was exported."""
    found = [REFERENCE]
    if gate.method.info.half_precision and knows_bfloat16(gate.device):
        found.append(HALF)
    exported = exported_variants(gate.network) if is_installed() else []
    if TENSORRT not in gate.providers:
        # Symmetric S8 activations are for TensorRT; other providers run them slowly.
        exported = [each for each in exported if each.precision is not Precision.S8]
    return found + exported


def verify(gate: Verification, advance: Advance) -> dict[Variant, Verdict]:
    """Verify every variant of a network, and write the report of this machine.

    Raises OutputError if the report cannot be written.
    """
    verdicts = {}
    for variant in variants_to_verify(gate):
        verdicts[variant] = gate.verdict(variant)
        advance(variant, verdicts[variant])
    machine = describe_machine(gate.device, gate.providers)
    weights = gate.method.weights(
        TransferSpec(method=gate.method.info.slug), [StyleInput(gate.pairs[0].artwork)]
    )
    write_verdicts(gate.network, weights, verdicts, machine, golden_digest(gate.pairs))
    return verdicts
