"""The inputs of the engine: stored photos and styles, opened in the worker."""

from typing import Final

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_noop
from PIL import Image

from inference.worker import engine
from library.models import Style
from style_transfer.core.catalog import find_method
from style_transfer.core.errors import InputUnreadableError
from style_transfer.core.spec import StyleInput
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.mask import MaskUnreadableError
from style_transfer.imaging.mask import load_mask as read_mask

# The file was good when it was uploaded, so its format is not what the user can change.
PHOTO_GONE: Final = gettext_noop("The photo is gone. Upload it again.")


def load_photo(file: FieldFile) -> Image.Image:
    """Return the photo in `file`. Raises InputUnreadableError when it is gone or unreadable."""
    try:
        return load_picture(_read(file)).image
    except FileNotFoundError as error:
        raise InputUnreadableError("The photo is gone.", hint=PHOTO_GONE) from error


def load_mask(file: FieldFile) -> Image.Image:
    """Return the mask in `file`. Raises MaskUnreadableError when it is gone or unreadable."""
    try:
        return read_mask(_read(file))
    except FileNotFoundError as error:
        raise MaskUnreadableError("The mask is gone.") from error


def load_style(style: Style, method: str, weight: float = 1.0) -> StyleInput:
    """Return `style` as `method` needs it: its code where that is enough, else its picture.

    A code that was made with other weights is not used if the picture is there.
    """
    if style.image and (find_method(method).needs_pictures or not is_learned(style)):
        return StyleInput(load_picture(_read(style.image)).image, weight)
    return StyleInput(None, weight, embedding=_read(style.code) if style.code else None)


def is_learned(style: Style) -> bool:
    """Tell whether `style` has a code that was made with the weights installed here."""
    return bool(style.code) and style.code_weights == engine.encoder_sha256()


def _read(file: FieldFile) -> bytes:
    with file.open("rb") as opened:
        content: bytes = opened.read()
    return content
