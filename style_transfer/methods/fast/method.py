"""The interface of the method fast to the pipeline."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor

from style_transfer.backends.variants import REFERENCE
from style_transfer.core.budget import Plan, plan_cut
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import StyleInput, TransferSpec, Variant
from style_transfer.core.tiling import WHOLE, Tiling
from style_transfer.methods.fast.adapter import PROCESS_CACHE, StyleMix, paint
from style_transfer.methods.fast.memory import with_embeddings
from style_transfer.methods.fast.network import (
    ENCODER,
    NAME,
    WEIGHTS,
    load_painter,
    painter_of,
)
from style_transfer.methods.frame import Attempt, Frame, Task


class Prepared(NamedTuple):
    """What belongs to one picture: the mix of its styles, and the map of what is kept clear.

    All pictures of a pass have the same variant of the networks.
    """

    mix: StyleMix
    subject: Tensor | None
    variant: Variant


class FastMethod:
    """Paints any artwork in one pass, and several pictures of one size together."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        return METHOD_INFOS["fast"]

    def plan(self, task: Task, attempt: Attempt, limit: int | None) -> Plan:
        """Plan the tiles, and the memory for artworks that have no embedding yet."""
        canvas = task.canvas
        plan = self.plan_pass(canvas.painted_size, 1, attempt, limit, brush=canvas.spec.style_scale)
        if attempt.tiling is not None:
            return plan
        painter = load_painter(attempt.device)
        return with_embeddings(plan, task.shares, painter, task.cache or PROCESS_CACHE, limit)

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield a frame for each tile, stage and band."""
        own = self.prepare(task, attempt.device)
        strength = task.canvas.spec.strength
        return self.paint_pass(task.canvas.pixels, [own], strength, attempt, plan)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Give the names of the decoder and the encoder."""
        # The standard encoder measures the styles of every variant.
        del shares
        return tuple(dict.fromkeys((*WEIGHTS[spec.variant], ENCODER)))

    def networks(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Give the name of encoder and decoder together; only the standard ones are exported."""
        del shares
        return (NAME,) if spec.variant is Variant.STANDARD else ()

    def load(self, device: torch.device) -> None:
        """Load the painter; raises ModelMissingError."""
        load_painter(device)

    def prepare(self, task: Task, device: torch.device) -> "Prepared":
        """Mix the styles of a picture, and find its subject; raises StyleEmbeddingError."""
        spec, cache = task.canvas.spec, task.cache or PROCESS_CACHE
        painter = load_painter(device)
        mix = StyleMix.mix(task.shares, spec.style_scale, painter, cache, spec.seed)
        return Prepared(mix, task.canvas.subject, spec.variant)

    def most_in_pass(
        self, size: tuple[int, int], most: int, device: torch.device, limit: int | None
    ) -> int:
        """Count the pictures of one pass: few enough that they are not cut into tiles."""
        count = min(most, max(1, WHOLE // (size[0] * size[1])))
        while count > 1 and limit is not None and self._whole_mb(size, count, device) > limit:
            count -= 1
        return count

    @staticmethod
    def _whole_mb(size: tuple[int, int], pass_size: int, device: torch.device) -> int:
        halved = load_painter(device).halved
        return plan_cut(size, Tiling(), halved=halved, pass_size=pass_size).mb

    def plan_pass(
        self,
        size: tuple[int, int],
        pass_size: int,
        attempt: Attempt,
        limit: int | None,
        *,
        brush: float = 1.0,
    ) -> Plan:
        """Plan with the tiles of the attempt, or else with the largest tiles that fit."""
        halved = load_painter(attempt.device).halved and attempt.choice.variant != REFERENCE
        if attempt.tiling is not None:
            return plan_cut(size, attempt.tiling, halved=halved, pass_size=pass_size, brush=brush)
        return self.info.plan(size, halved=halved, pass_size=pass_size, limit=limit, brush=brush)

    def paint_pass(
        self,
        photos: Tensor,
        prepared: Sequence[object],
        strength: float,
        attempt: Attempt,
        plan: Plan,
    ) -> Iterator[Frame]:
        """Yield frames of photos (B, 3, H, W), bytes, each painted with its own mix of styles."""
        each = cast("Sequence[Prepared]", prepared)
        mixes, subjects = [one.mix for one in each], [one.subject for one in each]
        painter = painter_of(each[0].variant, attempt.device)
        return paint(
            photos, mixes, strength, painter, attempt, tiling=plan.tiling, subjects=subjects
        )
