"""The door to the engine: torch is loaded here, in a worker, when it first paints.

A process that only sends tickets must not load torch, so nothing of it is imported above.
"""

from collections.abc import Generator, Sequence

from django.conf import settings
from PIL import Image

from inference.engine.errors import EngineError
from inference.engine.spec import Step, StyleInput, TransferSpec


def stylize(
    content: Image.Image, styles: Sequence[StyleInput], spec: TransferSpec
) -> Generator[Step, None, None]:
    """Paint `content` in the manner of `styles` on this worker's device; raises EngineErrors."""
    from inference.engine.registry import stylize as paint

    yield from paint(content, styles, spec, device=settings.STYLEWEB_DEVICE)


def try_styles(
    content: Image.Image, styles: Sequence[StyleInput], spec: TransferSpec
) -> Generator[tuple[int, Image.Image | None, EngineError | None], None, None]:
    """Paint `content` in the manner of each style alone.

    Yield for each its index and the picture, or else why there is none.
    """
    for index, style in enumerate(styles):
        image = None
        try:
            for step in stylize(content, [style], spec):
                image = step.image
            yield index, image, None
        except EngineError as error:
            yield index, None, error
