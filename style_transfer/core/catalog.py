"""The installed methods, and what other code needs to know about each; loads no torch.

A method is one entry here and one folder in style_transfer/methods that is named by its slug.
All other code reads the fields of the entry and never compares a slug.
"""

from dataclasses import dataclass, replace

from style_transfer.core.backbones import BACKBONES, DEFAULT_BACKBONE
from style_transfer.core.budget import (
    DEFAULT_OPTIMIZER,
    DESCENT_MEMORY,
    OPTIMIZE_MEMORY,
    OPTIMIZER_COSTS,
    MemoryModel,
    Plan,
    TiledMemory,
)
from style_transfer.core.errors import EngineError
from style_transfer.core.sizes import MAX_PAINTED_PIXELS


class MethodMissingError(EngineError):
    """The method is not installed here."""

    code = "method_missing"
    hint = "This method is no longer installed. Choose another method."


@dataclass(frozen=True)
class Cost:
    """Seconds on one CPU core: per painting, per megapixel, and per megapixel and step."""

    base: float
    megapixel: float
    step: float = 0.0

    def seconds(self, megapixels: float, steps: float) -> float:
        """Estimate the seconds of a painting."""
        return self.base + megapixels * (self.megapixel + self.step * steps)


@dataclass(frozen=True)
class MethodInfo:
    """The name of a method, what it does, what it needs and what it costs.

    title, description  in English; the pages of the site translate them
    used                names of the controls that the method reads
    previews            it sends pictures while it paints
    continues           its paintings can be stopped, saved and continued
    immediate           a small picture takes about a second; other work waits for it
    batches             it can paint several pictures of one size in one pass
    has_losses          each of its steps tells its losses
    variants            its networks can be computed by other backends; see backends/
    half_precision      it computes in half precision where the processor supports that
    needs_pictures      it needs the artwork itself; a style code is not enough
    needs_own_network   it paints only styles for which a network was trained
    max_pixels          it paints at most this many pixels and enlarges the result
    site_pixels         the same on the site, where others wait; None for no other bound
    site_steps          it takes at most this many steps on the site
    command_steps       its steps on the command line, if that has another default
    memory              how much memory a painting takes; None where that cannot be predicted
    """

    slug: str
    title: str
    description: str
    used: tuple[str, ...]
    cost: Cost
    default_steps: int = 1
    previews: bool = False
    continues: bool = False
    immediate: bool = False
    batches: bool = False
    has_losses: bool = False
    variants: bool = False
    half_precision: bool = False
    needs_pictures: bool = False
    needs_own_network: bool = False
    max_pixels: int | None = None
    site_pixels: int | None = None
    site_steps: int | None = None
    command_steps: int | None = None
    memory: MemoryModel | None = None

    @property
    def is_tiled(self) -> bool:
        """Tell whether the method can paint in smaller tiles when memory is short."""
        return self.memory is not None and self.memory.tiled

    def most_painted(
        self,
        limit: int | None,
        features: str = DEFAULT_BACKBONE,
        optimizer: str = DEFAULT_OPTIMIZER,
        *,
        on_site: bool = False,
    ) -> int | None:
        """Give the most pixels that are painted within `limit` MiB; None for no bound.

        Raises OutOfMemoryError if they are too few for a picture.
        """
        most = self.site_pixels or self.max_pixels if on_site else self.max_pixels
        if most is None or self.memory is None or limit is None:
            return most
        allowed = limit / self._weight(features, optimizer)
        return min(most, self.memory.most_pixels(int(allowed)) or most)

    def effort(self, steps: int | None, features: str, optimizer: str = DEFAULT_OPTIMIZER) -> float:
        """Count the steps, each as heavy as one with the built-in features and Adam."""
        if "steps" not in self.used:
            return 1
        heavy = BACKBONES[features].effort if "features" in self.used else 1
        slow = OPTIMIZER_COSTS[optimizer].effort if "optimizer" in self.used else 1
        return (steps or self.default_steps) * heavy * slow

    def _weight(self, features: str, optimizer: str) -> float:
        """Give the factor on memory of what the method reads of a feature network and optimizer."""
        network = BACKBONES[features].memory if "features" in self.used else 1
        return network * (OPTIMIZER_COSTS[optimizer].memory if "optimizer" in self.used else 1)

    def plan(
        self,
        size: tuple[int, int],
        *,
        halved: bool,
        pass_size: int = 1,
        limit: int | None = None,
        features: str = DEFAULT_BACKBONE,
        optimizer: str = DEFAULT_OPTIMIZER,
        brush: float = 1.0,
    ) -> Plan:
        """Plan a pass of pictures painted at a size (width, height).

        Raises OutOfMemoryError if the pass cannot keep within `limit` MiB.
        """
        if self.memory is None:
            return Plan()
        plan = self.memory.plan(size, halved=halved, pass_size=pass_size, limit=limit, brush=brush)
        return replace(plan, mb=round(plan.mb * self._weight(features, optimizer)))


_COMMON = (
    *("strength", "style_scale", "size", "color"),
    *("keep_faces", "mask_feather", "mask_invert"),
)
# The weight of each layer whose texture is compared, from fine to coarse.
LAYER_WEIGHTS = tuple(f"layer{number}_weight" for number in range(1, 6))
# The controls of the textbook recipe.
RECIPE = (
    *("init", "optimizer", "learning_rate"),
    *("content_weight", "style_weight", "tv_weight", *LAYER_WEIGHTS),
)
DEFAULT_METHOD = "fast"
# The site offers this method next when a user likes a picture.
FINEST_METHOD = "optimize"
METHOD_INFOS: dict[str, MethodInfo] = {
    "fast": MethodInfo(
        slug="fast",
        title="Fast",
        description=("About a second. Works with any style and can combine several."),
        used=(*_COMMON, "seed", "variant"),
        cost=Cost(base=0.2, megapixel=4.0),
        immediate=True,
        batches=True,
        variants=True,
        half_precision=True,
        memory=TiledMemory(),
    ),
    "optimize": MethodInfo(
        slug="optimize",
        title="Detailed, step by step",
        description="Takes longer. You can watch every step. Closest to the artwork.",
        used=(*_COMMON, "steps", "seed"),
        cost=Cost(base=0.5, megapixel=2.0, step=1.5),
        default_steps=12,
        previews=True,
        continues=True,
        max_pixels=MAX_PAINTED_PIXELS,
        memory=OPTIMIZE_MEMORY,
    ),
    "gatys": MethodInfo(
        slug="gatys",
        title="Textbook recipe",
        description=(
            "The recipe that started it all (Gatys et al. 2016). Takes minutes. "
            "Shows how style transfer learns."
        ),
        used=(
            *("style_scale", "size", "color", "mask_feather", "mask_invert"),
            *("steps", "seed", "features", *RECIPE),
        ),
        cost=Cost(base=1.0, megapixel=1.0, step=3.2),
        default_steps=300,
        previews=True,
        continues=True,
        has_losses=True,
        needs_pictures=True,
        max_pixels=MAX_PAINTED_PIXELS,
        site_pixels=512**2,
        site_steps=1000,
        command_steps=1000,
        memory=DESCENT_MEMORY,
    ),
    "network": MethodInfo(
        slug="network",
        title="Style-specific network",
        description="About a second. Uses a network trained for this one style.",
        used=(*_COMMON, "seed"),
        cost=Cost(base=0.2, megapixel=3.0),
        variants=True,
        needs_pictures=True,
        needs_own_network=True,
    ),
}


def find_method(slug: object) -> MethodInfo:
    """Find the entry of a method. Raises MethodMissingError if the method is not installed."""
    if not is_installed(slug):
        raise MethodMissingError(f"The method {slug} is not installed.")
    return METHOD_INFOS[str(slug)]


def is_installed(slug: object) -> bool:
    """Tell whether a method has this slug."""
    return isinstance(slug, str) and slug in METHOD_INFOS


def methods_that(trait: str) -> list[str]:
    """List the slugs of the methods for which the field `trait` is true, for example `batches`."""
    return [slug for slug, info in METHOD_INFOS.items() if getattr(info, trait)]
