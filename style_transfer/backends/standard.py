"""The standard by which the gate judges variants: its pictures and its limits.

A verdict holds only for the standard by which it was found. It lies here, below the gate, because
those who read verdicts know nothing of how they are found.
"""

from collections.abc import Mapping
from typing import Any

from style_transfer.core.spec import ENGINE_VERSION

# The digest of the golden set; see gate/golden.py.
GOLDEN_SET = "adc22f8ec4a70da8"
PSNR, CONTENT, STYLE = "psnr", "content", "style"
COLOR, LATTICE, BORDER, SEAM = "color", "lattice", "border", "seam"
# PSNR in dB must be at least this; every other score at most this. Distances are those of the
# judge, of which a difference of 0.03 cannot be seen; the others are shares of the range of colors.
LIMITS: Mapping[str, float] = {
    PSNR: 32.0,
    CONTENT: 0.03,
    STYLE: 0.03,
    COLOR: 1.5 / 255,
    LATTICE: 0.01,
    BORDER: 2 / 255,
    SEAM: 1.5 / 255,
}


def current_standard() -> dict[str, Any]:
    """Give all that decides a verdict besides the network and the machine, as JSON values."""
    return {"engine": ENGINE_VERSION, "golden_set": GOLDEN_SET, "limits": dict(LIMITS)}
