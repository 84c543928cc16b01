"""Estimate the memory that the encoder needs to make the embedding of a new artwork."""

from collections.abc import Sequence
from dataclasses import replace

from style_transfer.core.budget import Plan, factor_of, line_mb
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.spec import StyleInput
from style_transfer.methods.fast.embedding import LARGEST
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.frame import StyleCache

# MiB: a constant for any artwork, and a slope per megapixel.
_EMBEDDING = (40, 250)


def with_embeddings(
    plan: Plan,
    shares: Sequence[StyleInput],
    painter: Painter,
    cache: StyleCache,
    limit: int | None = None,
) -> Plan:
    """Add the memory for artworks without a stored embedding, which are encoded one at a time.

    Raises OutOfMemoryError if this does not fit into `limit` MiB.
    """
    pictures = [share.image for share in shares if share.embedding is None]
    unknown = [each for each in pictures if each is not None and not cache.knows(each, painter)]
    needs = [line_mb(_EMBEDDING, min(each.width * each.height, LARGEST**2)) for each in unknown]
    need = round(max(needs, default=0) * factor_of(halved=painter.halved))
    if limit is not None and need > limit:
        raise OutOfMemoryError(
            f"Seeing an artwork of this size takes {need} MB, and {limit} MB are allowed.",
            hint="Use a smaller picture of the artwork.",
        )
    return replace(plan, mb=max(plan.mb, need))
