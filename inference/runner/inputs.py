"""What the engine is given: stored photos and styles, opened in the worker."""

from django.db.models.fields.files import FieldFile
from PIL import Image

from inference.engine.errors import InputUnreadableError
from inference.engine.images import load_picture
from inference.engine.spec import StyleInput
from library.models import Style


def load_photo(file: FieldFile) -> Image.Image:
    """Return the photo in `file`. Raises InputUnreadableError when it is gone or unreadable."""
    try:
        with file.open("rb") as opened:
            return load_picture(opened.read()).image
    except FileNotFoundError as error:
        raise InputUnreadableError("The photo is gone.") from error


def load_style(style: Style, weight: float = 1.0) -> StyleInput:
    """Return `style` as the engine takes it."""
    with style.image.open("rb") as opened:
        return StyleInput(load_picture(opened.read()).image, weight)
