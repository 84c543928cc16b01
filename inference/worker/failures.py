"""Why painting failed: a sentence for users and a stable code for programs."""

import errno
import logging
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop

from common.storage import StorageFull
from inference.models import LeasedWork
from inference.worker.heartbeat import DeadlinePassed, name_of
from library.models import Style
from style_transfer.core.backbones import FeaturesMissingError
from style_transfer.core.errors import (
    DeviceMissingError,
    EngineError,
    ModelMissingError,
    OutOfMemoryError,
)

logger = logging.getLogger(__name__)
# The engine does not use gettext, so its hints are listed here for the translators.
ENGINE_HINTS: Final = (
    gettext_noop("Try again. If it happens again, report it and include the picture."),
    gettext_noop("Use a JPEG, PNG or WebP file that opens in a picture viewer."),
    gettext_noop("Use a still picture."),
    gettext_noop("Use a smaller picture."),
    gettext_noop("Choose a smaller size."),
    gettext_noop("This method is no longer installed. Choose another method."),
    gettext_noop("Use a smaller picture of the artwork."),
    gettext_noop(
        "Use a gray PNG, JPEG or WebP picture as the mask: white is painted, black stays."
    ),
    gettext_noop(
        "Use a mask that is as wide and as high as the photo, or smaller in the same proportion."
    ),
    gettext_noop(
        "Make the area that is to be painted white in the mask, or use a smaller feather."
    ),
)


# Their hints are for the administrator.
_OURS = (ModelMissingError, FeaturesMissingError, DeviceMissingError)
UNAVAILABLE: Final = gettext_noop("This is not available here now. Choose another method.")
# The style of work that waits can be withdrawn, or deleted by its owner.
GONE: Final = (Style.State.WITHDRAWN, Style.State.DELETED)


class StyleWithdrawn(Exception):
    """A style was withdrawn from the library while the work waited."""


class MaskGone(Exception):
    """The mask that was stored with a result is gone or damaged."""


class PaintingGone(Exception):
    """The file from which versions of a result are made is gone or damaged."""


_KNOWN: Final[Mapping[type[Exception], tuple[str, str]]] = {
    DeadlinePassed: (
        "timeout",
        gettext_noop("This took too long. Choose a smaller size or fewer steps."),
    ),
    StyleWithdrawn: (
        "style_withdrawn",
        gettext_noop("This style is no longer in the library. Choose another style."),
    ),
    MaskGone: (
        "mask_gone",
        gettext_noop("The mask of this picture is gone. Paint it again to change it."),
    ),
    PaintingGone: (
        "painting_gone",
        gettext_noop("A file of this picture is gone. Paint it again to change it."),
    ),
}


def write_failure(work: LeasedWork, error: Exception) -> bool:
    """End the held `work` as failed with the reason; False when the lease is gone."""
    code, hint = reason(error)
    if code == EngineError.code:
        logger.error("%s: unexpected failure", name_of(work), exc_info=error)
    return work.held.fail(code=code, hint=hint)


def reason(error: Exception) -> tuple[str, str]:
    """Return the stable code for `error` and what the user can do about it."""
    if isinstance(error, EngineError):
        return error.code, UNAVAILABLE if isinstance(error, _OURS) else error.hint
    for kind, known in _KNOWN.items():
        if isinstance(error, kind):
            return known
    if _means_too_little_memory(error):
        return OutOfMemoryError.code, OutOfMemoryError.hint
    if isinstance(error, StorageFull) or getattr(error, "errno", None) == errno.ENOSPC:
        return "storage_full", gettext_noop("The server is out of disk space. Try again later.")
    return EngineError.code, EngineError.hint


def _means_too_little_memory(error: Exception) -> bool:
    """Tell whether memory ran out; torch's errors are known by their text.

    Their class can only be imported together with torch.
    """
    words = str(error)
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("allocate memory" in words or "out of memory" in words)
    )
