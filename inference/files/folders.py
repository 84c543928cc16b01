"""Folders that belong to one row, so that what a killed worker left there can be swept."""

from collections.abc import Collection

from django.core.files.storage import default_storage


def sweep_folder(folder: str, keep: Collection[str]) -> None:
    """Remove the stored files below `folder` but those named in `keep`."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for inner in folders:
        sweep_folder(f"{folder}/{inner}", keep)
    for name in files:
        if (path := f"{folder}/{name}") not in keep:
            default_storage.delete(path)
