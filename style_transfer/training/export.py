"""Write a trained network to a file that the engine loads: float16, channel scales, a card."""

import csv
import hashlib
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor, nn

from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import SCALE
from style_transfer.features.vgg import LAYERS
from style_transfer.training.channel_std import measure_channel_std

PICTURES = "manifest.csv"


def export_features(
    network: nn.Module, artworks: Sequence[Tensor], folder: Path, name: str, card: Mapping[str, Any]
) -> Card:
    """Write NAME.safetensors with its card: weights in float16, and each channel's scale.

    The scales are measured over batches of artworks (B, 3, H, W), with the weights rounded to
    float16 as in the file. `card` holds what only the caller knows: license, origin, data, figures.
    """
    halves = to_halves_(network)
    scale = measure_channel_std(network, artworks, LAYERS)
    scales = {f"{SCALE}{layer}": value.half() for layer, value in scale.items()}
    return export_halves(halves | scales, folder, name, card)


def to_halves_(network: nn.Module) -> dict[str, Tensor]:
    """Round the weights of a network to float16 values, and return them as float16."""
    halves = {key: value.half() for key, value in network.state_dict().items()}
    network.load_state_dict({key: value.float() for key, value in halves.items()})
    return halves


def export_halves(
    tensors: Mapping[str, Tensor], folder: Path, name: str, card: Mapping[str, Any]
) -> Card:
    """Write NAME.safetensors into a folder, and its card into the manifest there.

    `card` holds what only the caller knows: license, origin, data, figures.
    """
    content = save({key: value.cpu().contiguous() for key, value in tensors.items()})
    return export_bytes(content, folder, name, card)


def export_bytes(content: bytes, folder: Path, name: str, card: Mapping[str, Any]) -> Card:
    """Write `content` to NAME.safetensors, and its card into the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    # The file is replaced and not overwritten, so a process that mapped the old file is safe.
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)
    written = Card(
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        revision=find_revision(),
        date=datetime.now(UTC).date().isoformat(),
        **card,
    )
    write_card(folder, name, written)
    return written


def find_revision() -> str:
    """Give the git commit of this source tree; empty if there is no git."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def read_rows(folder: Path) -> dict[str, dict[str, str]]:
    """Read the manifest.csv of a folder of pictures: file -> row; empty if there is none."""
    if not (folder / PICTURES).is_file():
        return {}
    with (folder / PICTURES).open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def describe_data(folder: Path, used: Sequence[Path]) -> dict[str, Any]:
    """Summarize training pictures for a card: their number, in total and per license and source.

    Licenses and sources come from `manifest.csv` in the folder (columns file, licence, source);
    pictures without a row count as `unstated`.
    """
    rows = read_rows(folder)
    found = [rows.get(path.relative_to(folder).as_posix(), {}) for path in used]
    counts = Counter(
        (row.get("licence") or "unstated", (row.get("source") or "unstated").split(":")[0])
        for row in found
    )
    return {
        "name": folder.name,
        "pictures": len(used),
        "sources": [
            {"source": source, "license": license_, "pictures": count}
            for (license_, source), count in counts.most_common()
        ],
    }
