"""The methods: the interface that each has, and how one is loaded.

A method is a folder here, named by its slug, and an entry in core/catalog.py. The folder provides
one object, METHOD. The pipeline uses it and does not know which method it is.
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
        """Plan the memory of an attempt; raises OutOfMemoryError if it exceeds `limit` MiB."""
        ...

    def paint(self, task: "Task", attempt: "Attempt", plan: "Plan") -> "Iterator[Frame]":
        """Yield frames; the last one holds the picture. Raises EngineError."""
        ...

    def weights(self, spec: "TransferSpec", shares: "Sequence[StyleInput]") -> Sequence[str]:
        """List the weights that paint, by their names in the manifest."""
        ...


class VariantMethod(Method, Protocol):
    """A method whose networks can be computed by other backends; its entry sets `variants`."""

    def networks(self, spec: "TransferSpec", shares: "Sequence[StyleInput]") -> Sequence[str]:
        """List the networks that paint these styles, by the names under which they are exported."""
        ...


class PassMethod(Method, Protocol):
    """A method that paints several pictures of one size in one pass; its entry sets `batches`."""

    def load(self, device: "torch.device") -> None:
        """Load the networks into memory; raises ModelMissingError."""
        ...

    def prepare(self, task: "Task", device: "torch.device") -> object:
        """Prepare everything that belongs to one picture only; raises EngineError."""
        ...

    def most_in_pass(
        self, size: tuple[int, int], most: int, device: "torch.device", limit: int | None
    ) -> int:
        """Count the pictures of a size (width, height) that fit into one pass, up to `most`."""
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
        """Yield frames of photos (B, 3, H, W), bytes, each with its own result of `prepare`."""
        ...


def load_method(slug: str) -> Method:
    """Load a method, and with it torch; raises MethodMissingError if it is not installed."""
    find_method(slug)
    name = f"{__name__}.{slug}"
    try:
        return cast("Method", import_module(name).METHOD)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise MethodMissingError(f"The method {slug} is not installed.") from error


def networks_of(
    method: Method, spec: "TransferSpec", shares: "Sequence[StyleInput]"
) -> Sequence[str]:
    """List the networks of a painting that other backends can compute; often none."""
    return cast("VariantMethod", method).networks(spec, shares) if method.info.variants else ()


def load_pass_method(slug: str) -> PassMethod:
    """Load a method whose entry sets `batches`; raises MethodMissingError."""
    return cast("PassMethod", load_method(slug))
