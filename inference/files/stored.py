"""The description of a stored picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredPicture:
    """A picture that was written to the storage: its name there and its size."""

    name: str
    width: int
    height: int
    bytes: int = 0
    look: str = ""
    """Its perceptual hash (see `look_of`), if the file has a passport."""
