"""Weights files: safetensors only, each with a card and the sha256 that the card names.

A folder of weights holds `manifest.json`, name -> card, beside the files. One such folder ships
with the engine; STYLEWEB_WEIGHTS_DIR, or a folder in the user's data, holds what people add with
`python -m style_transfer fetch_weights`.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from style_transfer.core.errors import ModelMissingError

SHIPPED = Path(__file__).parents[1] / "weights"
MANIFEST = "manifest.json"
PAINTING_NET = "network-"  # before the name of a network for one artwork
_PICKLE = (b"PK\x03\x04", b"\x80")  # torch.save as a zip, and a bare pickle


@dataclass(frozen=True)
class Card:
    """Where a weights file comes from and how good it is."""

    file: str
    sha256: str
    license: str
    origin: str
    data: list[dict[str, Any]] = field(default_factory=list)
    command: str = ""
    revision: str = ""
    date: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


def user_folder() -> Path:
    """Give the folder for weights that people add: STYLEWEB_WEIGHTS_DIR or the user's data."""
    chosen = os.environ.get("STYLEWEB_WEIGHTS_DIR")
    if chosen:
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "styleweb" / "weights"


def read_manifest(folder: Path) -> dict[str, Card]:
    """Read the cards of a folder, name -> card; a folder without a manifest has none.

    Raises ModelMissingError if the manifest cannot be understood.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        cards = json.loads(path.read_text("utf-8"))
        return {name: Card(**card) for name, card in cards.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelMissingError(f"The manifest {path} cannot be understood.") from error


def write_card(folder: Path, name: str, card: Card) -> None:
    """Add a card to the manifest of a folder, or replace it; the other cards stay."""
    cards = read_manifest(folder) | {name: card}
    content = {each: asdict(cards[each]) for each in sorted(cards)}
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(folder / MANIFEST)


def read_manifests() -> dict[str, Card]:
    """Read the cards of all weights that are installed, the shipped ones before others."""
    return read_manifest(user_folder()) | read_manifest(SHIPPED)


def find_card(name: str) -> tuple[Path, Card]:
    """Find the file and card of weights, the shipped ones first.

    Raises ModelMissingError if no folder has a card of that name.
    """
    for folder in (SHIPPED, user_folder()):
        card = read_manifest(folder).get(name)
        if card is not None:
            return folder / card.file, card
    raise ModelMissingError(
        f"The weights {name} are not installed.",
        hint=f"Install them with `python -m style_transfer fetch_weights {name}`.",
    )


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
