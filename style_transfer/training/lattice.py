"""The lattice that a network of strides leaves on flat ground; no style loss detects."""

from torch import Tensor

_WINDOW = 64  # pixels a side: large for fewer accidents, small for what changes over a sky
_EPSILON = 1e-6


def lattice_share(strokes: Tensor, period: int) -> Tensor:
    """Return the share, 0 to 1, of the energy of strokes that repeats every `period` pixels.

    Strokes are (B, C, H, W); each window of 64 pixels a side, or of as many as there are, is folded
    into one cell of the lattice. Noise keeps a share of one by the number of cells in a window.
    """
    count, channels, height, width = strokes.shape
    rows, columns = (min(_WINDOW, side) // period for side in (height, width))
    down, across = height // (rows * period), width // (columns * period)
    whole = strokes[..., : down * rows * period, : across * columns * period].float()
    cells = whole.reshape(count, channels, down, rows, period, across, columns, period)
    folded = cells.mean((3, 6))
    repeated = (folded - folded.mean((3, 5), keepdim=True)).square().mean()
    around = whole - whole.mean((2, 3), keepdim=True)
    share: Tensor = repeated / (around.square().mean().detach() + _EPSILON)
    return share
