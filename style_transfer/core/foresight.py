"""Estimate how much memory a painting will take before anything is loaded; loads no torch."""

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import find_method
from style_transfer.core.sizes import painted_size, result_size
from style_transfer.core.spec import TransferSpec


def foresee(
    own: tuple[int, int],
    spec: TransferSpec,
    *,
    halved: bool = False,
    limit: int | None = None,
    on_site: bool = False,
) -> Plan:
    """Plan the painting of a photo of a size (width, height).

    The plan assumes that the style embeddings are already made. Raises OutOfMemoryError if the
    painting cannot keep within `limit` MiB.
    """
    info = find_method(spec.method)
    most = info.most_painted(limit, spec.features, spec.optimizer, on_site=on_site)
    size = painted_size(result_size(own, spec.size), most)
    return info.plan(
        size,
        halved=halved,
        limit=limit,
        features=spec.features,
        optimizer=spec.optimizer,
        brush=spec.style_scale,
    )
