"""Sizes (width, height) of pictures: of the result, of the painting and between; loads no torch."""

MAX_SIDE = 4096  # pixels of a result
STRIDE = 16  # the networks paint pictures whose sides are multiples of this
# Above this, optimize paints a smaller picture and enlarges it: a step on 2 megapixels takes about
# 3 GB.
MAX_PAINTED_PIXELS = 2_000_000
_FIRST_SHARE = 0.5  # factor on the sides for the first, smallest painting
# Square root of the area up to which one refinement is enough. So the first painting of every
# picture has about the same size, and a small preview shows what the large result will be.
_BASE = 640.0


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


def sizes_of(width: int, height: int) -> list[tuple[int, int]]:
    """List the sizes that the method fast paints one after the other; the last is the full one."""
    factors = [1.0]
    while factors[-1] * (width * height) ** 0.5 > _BASE:
        factors.append(factors[-1] / 2)
    factors.append(factors[-1] * _FIRST_SHARE)
    smaller = (scaled(width, height, factor) for factor in factors[:0:-1])
    return [*(_even(size) for size in smaller), (width, height)]


def _even(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (max(STRIDE, round(side / STRIDE) * STRIDE) for side in size)
    return width, height
