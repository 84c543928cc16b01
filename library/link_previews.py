"""The JPEG that other sites show beside a link to a style: made once, kept beside the picture."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404

from common.derivatives import link_preview_name
from common.sandbox.client import run
from common.sandbox.slots import slot
from common.storage import remove_files, save_as
from library.models import Style


def shown_picture(style: Style) -> str:
    """Return the stored name of the picture that shows the style: the artwork, or the sample."""
    return str((style.image or style.sample).name or "")


def make_link_preview(style: Style) -> None:
    """Store the link preview of `style`.

    Raises `ServerBusy` while others are being made, `StorageFull`, or Http404 if the picture is
    removed at the same time.
    """
    source = shown_picture(style)
    name = link_preview_name(source)
    # Only one at a time for each style: a request that waited here finds the file.
    with slot("conversions", who=str(style.pk)):
        if not default_storage.exists(name):
            save_as(name, ContentFile(run("link_preview", _read(source)).parts[0]))
    # A picture is removed before its preview, so none is left of a picture that is gone now.
    if not default_storage.exists(source):
        remove_files([name])
        raise Http404


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise Http404 from error
