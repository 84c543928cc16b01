"""Folders that belong to one row, so that files left by a killed worker can be removed."""

from collections.abc import Collection

from django.core.files.storage import default_storage


def sweep_folder(folder: str, keep: Collection[str]) -> None:
    """Remove the stored files below `folder`, except those named in `keep`."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for inner in folders:
        sweep_folder(f"{folder}/{inner}", keep)
    for name in files:
        if (path := f"{folder}/{name}") not in keep:
            default_storage.delete(path)
