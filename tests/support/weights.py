"""Folders of weights for tests, written without torch."""

import hashlib
import json
from pathlib import Path
from typing import Any

from style_transfer.core.manifest import MANIFEST, Card, write_card


def add_weights(folder: Path, name: str, content: bytes = b"", **fields: Any) -> Card:
    """Put a file and its card into a folder."""
    (folder / f"{name}.safetensors").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    card = Card(f"{name}.safetensors", sha256, license="MIT", origin="here", **fields)
    write_card(folder, name, card)
    return card


def write_manifest(folder: Path, content: object) -> None:
    """Write a manifest with any content, valid or not; texts and bytes are written unchanged."""
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    (folder / MANIFEST).write_bytes(text.encode() if isinstance(text, str) else text)
