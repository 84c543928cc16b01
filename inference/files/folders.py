"""Folders that belong to one row, so that files left by a killed worker can be removed."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from uuid import UUID

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


def photo_folders(top: str) -> Iterator[dict[UUID, str]]:
    """Yield the folders of photos below `top`, by the ids of the photos, a few at a time."""
    for outer in _folders_in(top):
        found = {}
        for name in _folders_in(f"{top}/{outer}"):
            with suppress(ValueError):
                found[UUID(name)] = f"{top}/{outer}/{name}"
        yield found


def remove_folder(folder: str) -> None:
    """Remove a stored folder with everything in it."""
    sweep_folder(folder, ())
    for inner in _folders_in(folder):
        remove_folder(f"{folder}/{inner}")
    default_storage.delete(folder)


def _folders_in(folder: str) -> list[str]:
    try:
        return list(default_storage.listdir(folder)[0])
    except FileNotFoundError:
        return []
