"""Calls of the engine: torch is loaded here, in a worker, when the worker first paints.

A process that only sends wakeups must not load torch. The functions below therefore import the
modules that need torch themselves.
"""

from collections.abc import Generator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from PIL import Image

from style_transfer.core.development import Development
from style_transfer.core.errors import EngineError
from style_transfer.core.spec import BatchStep, PaintRequest, Step, StyleInput, TransferSpec

# Pictures in one pass on a device that paints several faster together than one by one.
PASS_SIZE = 4

if TYPE_CHECKING:
    from style_transfer.methods.fast.embedding_cache import EmbeddingCache


def stylize(
    content: Image.Image,
    styles: Sequence[StyleInput],
    spec: TransferSpec,
    resume: bytes | None = None,
    *,
    mask: Image.Image | None = None,
) -> Generator[Step, None, None]:
    """Paint `content` in the style of `styles` on this worker's device; raises EngineErrors.

    The painting continues from the state in `resume`, if there is one.
    """
    from style_transfer.backends.choice import Execution
    from style_transfer.pipeline.stylize import stylize as paint

    yield from paint(
        content,
        styles,
        spec,
        device=settings.STYLEWEB_DEVICE,
        cache=embedding_cache(),
        memory_mb=settings.STYLEWEB_MEMORY_MB or None,
        execution=Execution(settings.STYLEWEB_BACKEND, tuple(settings.STYLEWEB_ONNX_PROVIDERS)),
        resume=resume,
        on_site=True,
        mask=mask,
    )


def stylize_pass(requests: Sequence[PaintRequest]) -> Generator[BatchStep, None, None]:
    """Paint `requests` in one pass where possible; if one fails, the others continue."""
    from style_transfer.backends.choice import Execution
    from style_transfer.pipeline.batching import stylize_batch

    yield from stylize_batch(
        requests,
        device=settings.STYLEWEB_DEVICE,
        cache=embedding_cache(),
        memory_mb=settings.STYLEWEB_MEMORY_MB or None,
        execution=Execution(settings.STYLEWEB_BACKEND, tuple(settings.STYLEWEB_ONNX_PROVIDERS)),
    )


def try_alone(step: BatchStep) -> bool:
    """Tell whether a picture that failed in a pass may succeed alone."""
    from style_transfer.pipeline.fallbacks import try_alone

    return try_alone(step)


def pass_size() -> int:
    """Say how many pictures this worker's device paints best in one pass.

    A CPU is no faster with several at once, and the first would have to wait for the last.
    """
    from style_transfer.core.device import choose_device

    on_processor = choose_device(settings.STYLEWEB_DEVICE).type == "cpu"
    return settings.JOB_BATCH or (1 if on_processor else PASS_SIZE)


def develop(
    painting: Image.Image,
    photo: Image.Image,
    development: Development,
    color_map: Mapping[str, Sequence[float]],
    mask: Image.Image | None = None,
) -> Image.Image:
    """Compose a picture from its kept painting, photo and mask; raises EngineErrors."""
    from style_transfer.pipeline.development import develop as compose

    return compose(painting, photo, development, color_map, mask)


def try_styles(
    content: Image.Image, styles: Sequence[StyleInput], spec: TransferSpec
) -> Generator[tuple[int, Image.Image | None, EngineError | None], None, None]:
    """Paint `content` in each of `styles` separately, several in one pass.

    Yield the index of each style and the picture, or else the error.
    """
    for done in stylize_pass([PaintRequest(content, [style], spec) for style in styles]):
        yield done.index, done.step.image if done.step else None, done.error


@cache
def embedding_cache() -> "EmbeddingCache":
    """Return the cache of style embeddings, which are kept in this process and the data folder."""
    from style_transfer.methods.fast.embedding_cache import EmbeddingCache

    return EmbeddingCache(settings.CODE_DIR)


def encoder_sha256() -> str:
    """Return the SHA-256 of the encoder that reads style codes here. Raises ModelMissingError."""
    from style_transfer.core.manifest import find_card
    from style_transfer.methods.fast.network import ENCODER

    return find_card(ENCODER)[1].sha256


def device() -> str:
    """Return the kind of device that paints here: cpu or cuda; empty if there is none."""
    from style_transfer.core.device import choose_device

    try:
        return choose_device(settings.STYLEWEB_DEVICE).type
    except EngineError:
        return ""
