"""The lattice that a network with strides leaves in flat areas; no style loss detects it."""

from torch import Tensor

# Side in pixels. A larger window has less random noise; a smaller one follows changes over a sky.
_WINDOW = 64
_EPSILON = 1e-6


def lattice_share(strokes: Tensor, period: int) -> Tensor:
    """Measure the share, 0 to 1, of the energy of strokes that repeats every `period` pixels.

    Strokes are (B, C, H, W). Each window of 64 x 64 pixels, or less if the strokes are smaller, is
    folded into one cell of the lattice. Pure noise gives one divided by the cells in a window.
    """
    count, channels, height, width = strokes.shape
    rows, columns = (min(_WINDOW, side) // period for side in (height, width))
    down, across = height // (rows * period), width // (columns * period)
    whole = strokes[..., : down * rows * period, : across * columns * period].float()
    cells = whole.reshape(count, channels, down, rows, period, across, columns, period)
    folded = cells.mean((3, 6))  # (B, C, down, period, across, period)
    repeated = (folded - folded.mean((3, 5), keepdim=True)).square().mean()
    around = whole - whole.mean((2, 3), keepdim=True)
    share: Tensor = repeated / (around.square().mean().detach() + _EPSILON)
    return share
