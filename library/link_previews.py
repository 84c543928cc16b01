"""The JPEG that other sites show beside a link to a style: made once, kept beside the picture."""

from common.conversions import make_once, read_stored
from common.derivatives import link_preview_name
from common.sandbox.client import run
from library.models import Style


def shown_picture(style: Style) -> str:
    """Return the stored name of the picture that shows the style."""
    return str((style.image or style.swatch or style.sample).name or "")


def make_link_preview(style: Style) -> None:
    """Store the link preview of `style`.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture is
    removed at the same time.
    """
    source = shown_picture(style)
    name = link_preview_name(source)
    make_once(
        name, source, str(style.pk), lambda: run("link_preview", read_stored(source)).parts[0]
    )
