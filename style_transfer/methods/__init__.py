"""The methods: what each must offer, and where it is found.

A method is a folder here, named for its slug, and an entry in core/catalog.py. The folder gives
one object, METHOD, which the pipeline uses without knowing which method it is.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from style_transfer.core.catalog import MethodInfo, MethodMissingError, find_method

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from style_transfer.core.budget import Plan
    from style_transfer.core.spec import StyleInput, TransferSpec
    from style_transfer.methods.frame import Attempt, Frame, Task


class Method(Protocol):
    """A way of painting."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        ...

    def plan(self, task: "Task", attempt: "Attempt", limit: int | None) -> "Plan":
        """Plan the memory of an attempt; raises OutOfMemoryError for what `limit` MiB forbid."""
        ...

    def paint(self, task: "Task", attempt: "Attempt", plan: "Plan") -> "Iterator[Frame]":
        """Yield frames; the last one brings the picture. Raises EngineError."""
        ...

    def weights(self, spec: "TransferSpec", shares: "Sequence[StyleInput]") -> Sequence[str]:
        """Name the weights that paint, as the manifest does."""
        ...


class PassMethod(Method, Protocol):
    """A method that paints several pictures of one size in one pass; its entry says `batches`."""

    def load(self, device: "torch.device") -> None:
        """Bring the networks into memory; raises ModelMissingError."""
        ...

    def prepare(self, task: "Task", device: "torch.device") -> object:
        """Make ready all that is the picture's own; raises EngineError."""
        ...

    def most_in_pass(
        self, size: tuple[int, int], most: int, device: "torch.device", limit: int | None
    ) -> int:
        """Count the pictures of a size (width, height), up to `most`, that one pass holds."""
        ...

    def plan_pass(
        self,
        size: tuple[int, int],
        pass_size: int,
        attempt: "Attempt",
        limit: int | None,
    ) -> "Plan":
        """Plan a pass of pictures of a size (width, height); raises OutOfMemoryError."""
        ...

    def paint_pass(
        self,
        photos: "Tensor",
        prepared: Sequence[object],
        strength: float,
        attempt: "Attempt",
        plan: "Plan",
    ) -> "Iterator[Frame]":
        """Yield frames of photos (B, 3, H, W), bytes, each painted as `prepare` made it ready."""
        ...


def load_method(slug: str) -> Method:
    """Load a method, and with it torch. Raises MethodMissingError for one that is not installed."""
    find_method(slug)
    name = f"{__name__}.{slug}"
    try:
        return cast("Method", import_module(name).METHOD)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise MethodMissingError(f"The method {slug} is not installed.") from error


def load_pass_method(slug: str) -> PassMethod:
    """Load a method whose entry says `batches`. Raises MethodMissingError."""
    return cast("PassMethod", load_method(slug))
