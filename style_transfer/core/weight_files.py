"""Load weights: only safetensors files, and only files that match their card in the manifest."""

import hashlib

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import find_card

_PICKLE = (b"PK\x03\x04", b"\x80")  # first bytes of torch.save's zip, and of a plain pickle


def load_weights(name: str) -> dict[str, Tensor]:
    """Load tensors by name, as they are stored (float16 or float32, on the CPU).

    Raises ModelMissingError if there is no card or no file, if the file is a pickle (it could run
    code), or if its sha256 is not that of the card.
    """
    path, card = find_card(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelMissingError(f"The weights file {path} cannot be read.") from error
    if content.startswith(_PICKLE):
        raise ModelMissingError(f"{path} is in pickle form; only safetensors are loaded.")
    # The loaded bytes are the hashed bytes: the file is not opened a second time.
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelMissingError(f"{path} is not the file that its card describes.")
    try:
        return load(content)
    except SafetensorError as error:
        raise ModelMissingError(f"{path} is not a safetensors file.") from error
