"""The requests and answers of the engine; loads no torch, so web code may import it.

BOUNDS holds the bounds of every control; forms, serializers and the command line read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

from style_transfer.core.backbones import BACKBONES, DEFAULT_BACKBONE
from style_transfer.core.catalog import (
    DEFAULT_METHOD,
    LAYER_WEIGHTS,
    METHOD_INFOS,
    RECIPE,
    methods_that,
)
from style_transfer.core.errors import EngineError
from style_transfer.core.sizes import MAX_SIDE

if TYPE_CHECKING:
    from PIL import Image

    from style_transfer.core.layers import Developable


VERSION = 1
ENGINE_VERSION = "0.5.0"
MAX_STYLES = 4
FEATURES = tuple(BACKBONES)


class Color(StrEnum):
    """The source of the colors of a result: the artwork, the photo, or strokes matched to it."""

    STYLE = "style"
    CONTENT = "content"
    MATCH = "match"


class KeepFaces(StrEnum):
    """When faces are painted finer and closer to the photo than the rest."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Variant(StrEnum):
    """The networks of a method that has several: light ones have small files."""

    STANDARD = "standard"
    LIGHT = "light"


class Init(StrEnum):
    """The picture that a descent starts from."""

    CONTENT = "content"
    NOISE = "noise"
    STYLE = "style"


class Optimizer(StrEnum):
    """Torch's own optimizers of the pixels."""

    ADAM = "adam"
    LBFGS = "lbfgs"


@dataclass(frozen=True)
class Bound:
    """The smallest and largest value of a control, both allowed."""

    low: float
    high: float
    whole: bool = False

    def accepts(self, value: object) -> bool:
        """Tell whether `value` is a number of the right type within the bounds."""
        # A bool is an int in Python, but it is not a number here.
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        # This refuses infinity and NaN too; math.isfinite would raise for a very long integer.
        return self.low <= value <= self.high

    def sentence(self) -> str:
        """Write a sentence that names the allowed values."""
        kind = "whole number" if self.whole else "number"
        return f"must be a {kind} from {self.low:g} to {self.high:.10g}"


BOUNDS: dict[str, Bound] = {
    "strength": Bound(0, 1),
    "style_scale": Bound(0.25, 4),
    "mask_feather": Bound(0, 0.25),
    "size": Bound(64, MAX_SIDE, whole=True),
    "steps": Bound(1, 2000, whole=True),
    "seed": Bound(0, 2**31 - 1, whole=True),
    "learning_rate": Bound(0.0001, 10),
    "content_weight": Bound(0, 1000),
    "style_weight": Bound(1, 1e9),
    "tv_weight": Bound(0, 1000),
    **{name: Bound(0, 100) for name in LAYER_WEIGHTS},
}
OPTIONAL = frozenset({"size", "steps", "learning_rate"})
SWITCHES = ("mask_invert",)


class SpecError(EngineError):
    """A spec that is not valid; `fields` maps each wrong field to a sentence about it."""

    code = "spec_invalid"
    hint = "Some fields are not valid. See the list of errors."

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name} {sentence}" for name, sentence in errors.items()))
        self.fields = dict(errors)


@dataclass(frozen=True)
class TransferSpec:
    """How to paint.

    strength     how far the picture goes from photo (0) to painting (1)
    style_scale  brush size; 1 shows the artwork's strokes at the size of the result
    size         longest side of the result in pixels; None keeps the size of the photo
    steps        iterations; None uses the method's default
    keep_faces   paint faces finer and closer to the photo: if they cover 1 % of it (auto), always,
                 and what stands out if there is no face (on), or never (off)
    mask_feather how wide the soft edge of the mask is, as a share of the longest side
    mask_invert  white in the mask stays the photo, instead of black
    variant      the networks of a method that has several

    The last fields are those of the textbook recipe; see methods/gatys/recipe.py.

    Raises SpecError, which names each field that is out of bounds.
    """

    method: str = DEFAULT_METHOD
    strength: float = 0.75
    color: Color = Color.STYLE
    style_scale: float = 1.0
    size: int | None = None
    steps: int | None = None
    seed: int = 0
    features: str = DEFAULT_BACKBONE
    keep_faces: KeepFaces = KeepFaces.AUTO
    mask_feather: float = 0.02
    mask_invert: bool = False
    variant: Variant = Variant.STANDARD
    init: Init = Init.CONTENT
    optimizer: Optimizer = Optimizer.ADAM
    learning_rate: float | None = None
    content_weight: float = 1.0
    style_weight: float = 1e6
    tv_weight: float = 10.0
    layer1_weight: float = 1.0
    layer2_weight: float = 1.0
    layer3_weight: float = 1.0
    layer4_weight: float = 1.0
    layer5_weight: float = 1.0

    def __post_init__(self) -> None:
        errors = {name: bound.sentence() for name, bound in BOUNDS.items() if not self._fits(name)}
        for name in _CHOSEN:
            if getattr(self, name) not in (allowed := choices_of(name)):
                errors[name] = f"must be one of {', '.join(allowed)}"
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool):
                errors[name] = "must be true or false"
        if not errors and not any(self.layer_weights):
            errors[LAYER_WEIGHTS[0]] = "must be above 0 for at least one of the layers"
        if errors:
            raise SpecError(errors)
        # JSON gives these as plain strings, and the dataclass is frozen.
        for name, kind in _WORDS.items():
            object.__setattr__(self, name, kind(getattr(self, name)))

    @property
    def layer_weights(self) -> tuple[float, ...]:
        """Give the weights of the layers whose texture is compared, from fine to coarse."""
        return tuple(getattr(self, name) for name in LAYER_WEIGHTS)

    def _fits(self, name: str) -> bool:
        value = getattr(self, name)
        return (value is None and name in OPTIONAL) or BOUNDS[name].accepts(value)

    def to_json(self) -> dict[str, Any]:
        """Return a dict of plain values that `from_json` reads back, now and in later versions.

        Fields that are younger than the version are left out while they have their defaults, so
        that a request of before is still the same request.
        """
        values = {
            name: value.value if isinstance(value, StrEnum) else value
            for name, value in asdict(self).items()
            if name not in _YOUNGER or value != _YOUNGER[name]
        }
        return {"version": VERSION, **values}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` of this or an older version wrote; missing fields get defaults.

        Raises SpecError for an unknown field, a newer version and a value that is out of bounds.
        """
        values = dict(data)
        version = values.pop("version", VERSION)
        if not isinstance(version, int) or not 1 <= version <= VERSION:
            raise SpecError({"version": f"must be at most {VERSION}"})
        unknown = sorted(set(values) - {item.name for item in fields(cls)})
        if unknown:
            raise SpecError(dict.fromkeys(unknown, "is not a known field"))
        return cls(**values)


def check_continues(method: str) -> None:
    """Raise SpecError for a method whose paintings cannot be continued."""
    if not METHOD_INFOS[method].continues:
        able = ", ".join(methods_that("continues"))
        raise SpecError({"method": f"must be one of {able} to go on with a painting"})


def check_has_losses(method: str) -> None:
    """Raise SpecError for a method whose steps have no losses."""
    if not METHOD_INFOS[method].has_losses:
        able = ", ".join(methods_that("has_losses"))
        raise SpecError({"method": f"must be one of {able} to record losses"})


_WORDS: dict[str, type[StrEnum]] = {
    "color": Color,
    "keep_faces": KeepFaces,
    "variant": Variant,
    "init": Init,
    "optimizer": Optimizer,
}
_CHOSEN = ("method", "features", *_WORDS)
_YOUNGER = {
    item.name: item.default
    for item in fields(TransferSpec)
    if item.name in (*RECIPE, "variant", "keep_faces", "mask_feather", "mask_invert")
}


def choices_of(name: str) -> tuple[str, ...]:
    """List the words that a control accepts; none for a control that takes numbers."""
    if name in _WORDS:
        return tuple(word.value for word in _WORDS[name])
    return {"method": tuple(METHOD_INFOS), "features": FEATURES}.get(name, ())


@dataclass(frozen=True)
class StyleInput:
    """One artwork and its weight; the weights of several artworks do not have to sum to one.

    A style has a picture, or an embedding (the bytes of a style code), or both. A method that
    paints from embeddings prefers the embedding to the picture.
    """

    image: "Image.Image | None"
    weight: float = 1.0
    embedding: bytes | None = None


@dataclass(frozen=True)
class PaintRequest:
    """One picture of a batch: the arguments of `stylize`.

    The result is painted where `mask` is white, and stays the photo where it is black.
    """

    content: "Image.Image"
    styles: Sequence[StyleInput]
    spec: TransferSpec
    mask: "Image.Image | None" = None


@dataclass(frozen=True)
class Report:
    """How a result was made, so that it can be explained and made again.

    Sizes are (width, height) in pixels, `memory_mb` is the estimate of the memory needed (MiB),
    `seconds` is the time that painting took, and `weights` maps each weights file to its sha256.
    `warnings` are codes of what went wrong on the way; WARNINGS has a sentence for each.
    `variant` is the backend and precision that computed the networks, empty for a method that has
    no variants. `software` maps the names of the libraries that computed the picture to their
    versions.
    """

    source_mode: str
    source_size: tuple[int, int]
    result_size: tuple[int, int]
    conversions: tuple[str, ...] = ()
    resized: str = ""
    tiles: int = 1
    device: str = "cpu"
    seconds: float = 0.0
    memory_mb: int = 0
    weights: Mapping[str, str] = field(default_factory=dict)
    variant: str = ""
    engine_version: str = ENGINE_VERSION
    warnings: tuple[str, ...] = ()
    software: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        plain = asdict(self)
        for name in ("source_size", "result_size", "conversions", "warnings"):
            plain[name] = list(plain[name])
        return plain


DIVERGED = "diverged"
WARNINGS = {
    DIVERGED: (
        "The loss grew instead of falling, so painting stopped at the best picture. "
        "Choose a lower learning rate."
    ),
}


class Painting(Protocol):
    """An unfinished painting that can be shown, or saved and continued later.

    It does no work until one of its methods is called.
    """

    def finish(self) -> "Step":
        """Give the painting so far in the size of the result, with its report."""
        ...

    def save(self) -> bytes:
        """Give the bytes from which `stylize` continues when it gets them as `resume`."""
        ...


@dataclass(frozen=True)
class Step:
    """One published moment of a run.

    `stage` is preparing, painting, finishing or done. While painting, `image` is a preview (long
    side up to 512 pixels). In the last step, `image` is the whole result and `done` equals `total`.
    `painting` is set by methods whose paintings can be stopped and continued. `finished` is set
    with a result: from its layers, the result can be developed again. `losses` maps the name of
    each weighted loss to its value; only methods that descend a loss have any.
    """

    done: int
    total: int
    stage: str
    image: "Image.Image | None" = None
    report: Report | None = None
    painting: Painting | None = None
    finished: "Developable | None" = None
    losses: Mapping[str, float] | None = None


@dataclass(frozen=True)
class BatchStep:
    """The end of one picture of a batch: its last step, or its error."""

    index: int
    step: Step | None = None
    error: EngineError | None = None
