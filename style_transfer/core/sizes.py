"""Sizes (width, height) of pictures: of the result, of the painting and between; loads no torch."""

MAX_SIDE = 4096  # pixels of a result
STRIDE = 16  # the networks paint pictures whose sides are multiples of this
# No result is larger, so optimize paints each one in full. Where memory is short, it paints a
# smaller picture and enlarges it.
MAX_PAINTED_PIXELS = MAX_SIDE**2
# The square root of the area of the first, smallest painting at brush size 1. It is the same for
# every picture that is large enough, so a small preview shows what the large result will be.
_FIRST, _SMALLEST = 272.0, 96.0
_FIRST_SHARE = 0.75  # the first painting is at most this large, as a share of the sides
_RISE = 1.4  # the second painting has at least this many times the sides of the first


def scaled(width: int, height: int, factor: float) -> tuple[int, int]:
    """Scale a size; the aspect ratio stays as close as whole pixels allow."""
    return max(1, round(width * factor)), max(1, round(height * factor))


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Scale a size so that its longest side is `longest`."""
    return scaled(width, height, longest / max(width, height))


def result_size(own: tuple[int, int], asked: int | None) -> tuple[int, int]:
    """Give the size of a result: its longest side is `asked`, or the photo's own if that is None.

    Without `asked` the longest side is at most MAX_SIDE.
    """
    longest = asked or min(max(own), MAX_SIDE)
    return own if longest == max(own) else fitted(*own, longest)


def painted_size(size: tuple[int, int], most: int | None) -> tuple[int, int]:
    """Give the size at which a result is painted if the painting may have `most` pixels."""
    factor = 1 if most is None else (most / (size[0] * size[1])) ** 0.5
    return scaled(*size, min(1, factor))


def sizes_of(width: int, height: int, brush: float = 1.0) -> list[tuple[int, int]]:
    """List the sizes that the method fast paints one after the other; the last is the full one.

    The marks of the first painting are enlarged with it, so a larger brush begins smaller.
    """
    side = (width * height) ** 0.5
    first = min(_FIRST_SHARE * side, max(_SMALLEST, _FIRST / brush))
    factors = [1.0]
    while factors[-1] / 2 * side > _RISE * first:
        factors.append(factors[-1] / 2)
    factors.append(first / side)
    smaller = (scaled(width, height, factor) for factor in factors[:0:-1])
    return [*(_even(size) for size in smaller), (width, height)]


def _even(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (max(STRIDE, round(side / STRIDE) * STRIDE) for side in size)
    return width, height
