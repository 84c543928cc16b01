"""What can be asked of the engine and what it answers; loads no torch, so web code may import it.

Every bound of every control stands in BOUNDS; forms, serializers and the command line read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS, methods_that
from style_transfer.core.errors import EngineError
from style_transfer.core.sizes import MAX_SIDE

if TYPE_CHECKING:
    from PIL import Image

VERSION = 1
ENGINE_VERSION = "0.1.0"
MAX_STYLES = 4
FEATURES = ("builtin", "vgg19")


class Color(StrEnum):
    """Whose colors the result has."""

    STYLE = "style"
    CONTENT = "content"
    MATCH = "match"


@dataclass(frozen=True)
class Bound:
    """The smallest and largest value of a control, both allowed."""

    low: float
    high: float
    whole: bool = False

    def accepts(self, value: object) -> bool:
        """Tell whether `value` is a number of the right kind between the ends."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        # Infinity and not-a-number fail here too; math.isfinite would fail on a very long integer.
        return self.low <= value <= self.high

    def sentence(self) -> str:
        """Say which values are allowed."""
        kind = "whole number" if self.whole else "number"
        return f"must be a {kind} from {self.low:g} to {self.high:.10g}"


BOUNDS: dict[str, Bound] = {
    "strength": Bound(0, 1),
    "style_scale": Bound(0.25, 4),
    "size": Bound(64, MAX_SIDE, whole=True),
    "steps": Bound(1, 2000, whole=True),
    "seed": Bound(0, 2**31 - 1, whole=True),
}
OPTIONAL = frozenset({"size", "steps"})


class SpecError(EngineError):
    """A spec that cannot be carried out; `fields` maps each wrong field to its sentence."""

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
    size         longest side of the result in pixels; None keeps the photo's own
    steps        iterations; None takes the method's default

    Raises SpecError naming each field that is out of bounds.
    """

    method: str = DEFAULT_METHOD
    strength: float = 0.75
    color: Color = Color.STYLE
    style_scale: float = 1.0
    size: int | None = None
    steps: int | None = None
    seed: int = 0
    features: str = "builtin"

    def __post_init__(self) -> None:
        errors = {name: bound.sentence() for name, bound in BOUNDS.items() if not self._fits(name)}
        for name in _CHOSEN:
            if getattr(self, name) not in (allowed := choices_of(name)):
                errors[name] = f"must be one of {', '.join(allowed)}"
        if errors:
            raise SpecError(errors)
        object.__setattr__(self, "color", Color(self.color))

    def _fits(self, name: str) -> bool:
        value = getattr(self, name)
        return (value is None and name in OPTIONAL) or BOUNDS[name].accepts(value)

    def to_json(self) -> dict[str, Any]:
        """Return a dict of plain values that `from_json` reads back, now and in later versions."""
        return {"version": VERSION, **asdict(self), "color": self.color.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` of this or an older version wrote; absent fields get defaults.

        Raises SpecError for an unknown field, a newer version and everything out of bounds.
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
    """Raise SpecError for a method whose paintings cannot be gone on with."""
    if not METHOD_INFOS[method].continues:
        able = ", ".join(methods_that("continues"))
        raise SpecError({"method": f"must be one of {able} to go on with a painting"})


_CHOSEN = ("method", "color", "features")


def choices_of(name: str) -> tuple[str, ...]:
    """List the words that a control takes; none for one that takes numbers."""
    choices = {
        "method": tuple(METHOD_INFOS),
        "color": tuple(color.value for color in Color),
        "features": FEATURES,
    }
    return choices.get(name, ())


@dataclass(frozen=True)
class StyleInput:
    """One artwork and its share; shares of several artworks need not sum to one.

    A style comes as a picture, or as the bytes of a style code (an embedding in a file), which a
    method that paints from embeddings takes before the picture.
    """

    image: "Image.Image | None"
    weight: float = 1.0
    code: bytes | None = None


@dataclass(frozen=True)
class PaintRequest:
    """One picture of a batch: what `stylize` takes."""

    content: "Image.Image"
    styles: Sequence[StyleInput]
    spec: TransferSpec


@dataclass(frozen=True)
class Report:
    """What was done to make a result, so that it can be explained and made again.

    Sizes are (width, height) in pixels, `memory_mb` is what was expected
    to be needed, and `weights` maps each weights file to its sha256.
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
    engine_version: str = ENGINE_VERSION

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        plain = asdict(self)
        for name in ("source_size", "result_size", "conversions"):
            plain[name] = list(plain[name])
        return plain


class Painting(Protocol):
    """A painting under way that can be kept as it is, and gone on with another day.

    It costs nothing until it is asked.
    """

    def finish(self) -> "Step":
        """Give what is painted so far in the size of the result, with its report."""
        ...

    def save(self) -> bytes:
        """Give what `stylize` goes on from when it is handed back as `resume`."""
        ...


@dataclass(frozen=True)
class Step:
    """One published moment of a run.

    `stage` is preparing, painting, finishing or done. `image` is a preview (long side up to 512)
    while painting, and the whole result in the last step, whose `done` equals its `total`.
    `painting` comes with the steps of methods that can be stopped and continued.
    """

    done: int
    total: int
    stage: str
    image: "Image.Image | None" = None
    report: Report | None = None
    painting: Painting | None = None


@dataclass(frozen=True)
class BatchStep:
    """One picture of a batch has ended: with its last step, or with what was wrong."""

    index: int
    step: Step | None = None
    error: EngineError | None = None
