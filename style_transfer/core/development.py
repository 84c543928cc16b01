"""What can still be changed on a finished painting: how strong it is, and its colors.

Loads no torch, so web code may import it.
"""

from dataclasses import dataclass

from style_transfer.core.spec import Bound, Color, SpecError, choices_of

STRENGTH = Bound(0, 1)


@dataclass(frozen=True)
class Development:
    """How a painting is developed.

    strength  how far the picture goes from the photo (0) to the painting as it was made (1)
    color     the source of its colors

    Raises SpecError, which names each field that is out of bounds.
    """

    strength: float = 1.0
    color: Color = Color.STYLE

    def __post_init__(self) -> None:
        errors = {}
        if not STRENGTH.accepts(self.strength):
            errors["strength"] = STRENGTH.sentence()
        if self.color not in (allowed := choices_of("color")):
            errors["color"] = f"must be one of {', '.join(allowed)}"
        if errors:
            raise SpecError(errors)
        # JSON gives the color as a plain string, and the dataclass is frozen.
        object.__setattr__(self, "color", Color(self.color))
