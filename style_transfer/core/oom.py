"""One error for all the ways in which torch and Python report too little memory."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

from style_transfer.core.errors import OutOfMemoryError


@contextmanager
def naming_memory_errors() -> Generator[None, None, None]:
    """Turn every error that means too little memory into OutOfMemoryError."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemoryError("There is too little memory for a picture of this size.") from error
    except RuntimeError as error:
        # On the CPU torch raises a plain RuntimeError for this.
        if "allocate memory" not in str(error):
            raise
        raise OutOfMemoryError("There is too little memory for a picture of this size.") from error
