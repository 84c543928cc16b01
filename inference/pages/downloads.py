"""The menu of downloads: sizes in pixels and in print, formats, a caption."""

from dataclasses import dataclass
from typing import Any

from common.conversions import FULL, SIDES, Form
from common.derivatives import fitted_size
from inference.pages.recipes import print_size

FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP"}


@dataclass(frozen=True)
class DownloadMenu:
    """What can be downloaded of one picture from `address`."""

    address: str
    format: str
    sizes: list[dict[str, Any]]
    formats: dict[str, str]


def download_menu(address: str, name: str, width: int, height: int) -> DownloadMenu:
    """Return the downloads of the stored picture `name` with this size in px."""
    sides = [side for side in SIDES if side < max(width, height)]
    sizes = [_size(FULL, width, height)]
    sizes += [_size(str(side), *fitted_size(width, height, side)) for side in sides]
    return DownloadMenu(address, Form().of_stored(name).format, sizes, FORMATS)


def _size(value: str, width: int, height: int) -> dict[str, Any]:
    return {
        "value": value,
        "width": width,
        "height": height,
        "print": print_size(width, height),
    }
