"""Loading of weights: safetensors only, and only the file that its card describes (manifest.py)."""

import hashlib

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import find_card

_PICKLE = (b"PK\x03\x04", b"\x80")  # torch.save as a zip, and a bare pickle


def load_weights(name: str) -> dict[str, Tensor]:
    """Load tensors by name, as stored (float16 or float32, on the CPU).

    Raises ModelMissingError if there is no card, no file, a file in pickle form, which could run
    code, or a file with another sha256 than the card's.
    """
    path, card = find_card(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelMissingError(f"The weights file {path} cannot be read.") from error
    if content.startswith(_PICKLE):
        raise ModelMissingError(f"{path} is in pickle form; only safetensors are loaded.")
    # The bytes that were hashed are the bytes that are loaded: the file is not opened again.
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelMissingError(f"{path} is not the file that its card describes.")
    try:
        return load(content)
    except SafetensorError as error:
        raise ModelMissingError(f"{path} is not a safetensors file.") from error
