"""Manifests: which weights are installed and what is known of each, read without torch.

A folder of weights holds `manifest.json`, name -> card, beside the files. One such folder ships
with the engine; STYLEWEB_WEIGHTS_DIR, or a folder in the user's data, holds what people add with
`python -m style_transfer fetch_weights` and `train network`.

A manifest is read again when its file has changed, so new weights appear without a restart. A
manifest or a card in the user's folder that cannot be understood is logged once and left out: it
must not stop what the shipped weights can do. The error is raised for a caller that names it.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from style_transfer.core.errors import ModelMissingError

SHIPPED = Path(__file__).parents[1] / "weights"
MANIFEST = "manifest.json"
PAINTING_NET = "network-"  # before the name of a network for one artwork
_KINDS = {"data": list, "figures": dict}  # the other fields of a card are texts
_MANIFESTS = 16  # kept in memory; a process has two, tests have more

logger = logging.getLogger(__name__)


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


class ManifestError(ModelMissingError):
    """A manifest, or a card in it, cannot be read or understood."""

    hint = "Correct the file manifest.json beside these weights, or remove it."


@dataclass(frozen=True)
class _Manifest:
    """The cards of a folder, what is wrong with single ones, and what is wrong with all."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    def find(self, name: str) -> Card | None:
        """Find a card by name. Raises ManifestError if it, or the manifest, makes no sense."""
        if fault := self.fault or self.faults.get(name):
            raise ManifestError(fault)
        return self.cards.get(name)


def user_folder() -> Path:
    """Give the folder for weights that people add: STYLEWEB_WEIGHTS_DIR or the user's data."""
    chosen = os.environ.get("STYLEWEB_WEIGHTS_DIR")
    if chosen:
        return Path(chosen)
    return user_data() / "weights"


def user_data() -> Path:
    """Give the folder `styleweb` in the user's data, which need not exist."""
    data = os.environ.get("XDG_DATA_HOME")
    if data:
        return Path(data) / "styleweb"
    try:
        home = Path.home()
    except RuntimeError:  # a container may run as a user that has no home
        home = Path("/")
    return home / ".local" / "share" / "styleweb"


def read_manifest(folder: Path) -> dict[str, Card]:
    """Read the cards of a folder, name -> card; a folder without a manifest has none.

    Raises ManifestError if the manifest, or one of its cards, cannot be understood.
    """
    manifest = _read(folder)
    for fault in (manifest.fault, *manifest.faults.values()):
        if fault:
            raise ManifestError(fault)
    return dict(manifest.cards)


def write_card(folder: Path, name: str, card: Card) -> None:
    """Add a card to the manifest of a folder, or replace it; the other cards stay.

    Raises ManifestError if the manifest that is there cannot be understood.
    """
    cards = read_manifest(folder) | {name: card}
    content = {each: asdict(cards[each]) for each in sorted(cards)}
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(folder / MANIFEST)


def read_manifests() -> dict[str, Card]:
    """Read the cards of all weights that are installed; a shipped one hides the user's."""
    return {**_read(user_folder()).cards, **_read(SHIPPED).cards}


def find_card(name: str) -> tuple[Path, Card]:
    """Find the file and card of weights, the shipped ones first.

    Raises ModelMissingError if no folder has a card of that name, or one that makes no sense.
    """
    for folder in (SHIPPED, user_folder()):
        card = _read(folder).find(name)
        if card is not None:
            return folder / card.file, card
    raise ModelMissingError(
        f"The weights {name} are not installed.",
        hint=f"Install them with `python -m style_transfer fetch_weights {name}`.",
    )


def installed_networks() -> dict[str, str]:
    """List the painting networks that are installed: name -> perceptual hash of the artwork."""
    return {
        name: str(card.figures.get("artwork", ""))
        for name, card in read_manifests().items()
        if name.startswith(PAINTING_NET)
    }


def shipped_digest() -> str:
    """Compute a digest that changes with any of the shipped weights or their cards.

    What users add is left out: it cannot replace shipped weights, and the web process and the
    worker may look into folders of different users.
    """
    cards = {name: asdict(card) for name, card in _read(SHIPPED).cards.items()}
    return hashlib.sha256(json.dumps(cards, sort_keys=True).encode()).hexdigest()


def _read(folder: Path) -> _Manifest:
    """Read the manifest of a folder, or take it from memory if its file is the same as before."""
    path = folder / MANIFEST
    try:
        status = path.stat()
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return _parse(path, stamp)
    except FileNotFoundError:
        return _Manifest()
    except OSError as error:
        return _refuse(f"The manifest {path} cannot be read: {error.strerror}.")


@lru_cache(maxsize=_MANIFESTS)
def _parse(path: Path, _stamp: tuple[int, ...]) -> _Manifest:
    """Read a manifest. Raises OSError, which is not kept in memory."""
    try:
        entries = dict(json.loads(path.read_bytes()).items())
    except (ValueError, AttributeError, RecursionError):
        return _refuse(f"The manifest {path} cannot be understood.")
    cards = {name: _card(entry) for name, entry in entries.items()}
    faults = {
        name: f"The card {name} in {path} cannot be understood."
        for name, card in cards.items()
        if card is None
    }
    for fault in faults.values():
        logger.warning("%s", fault)
    return _Manifest({name: card for name, card in cards.items() if card}, faults)


@lru_cache(maxsize=_MANIFESTS)
def _refuse(fault: str) -> _Manifest:
    """Log a fault once, however often the manifest is asked for."""
    logger.warning("%s", fault)
    return _Manifest(fault=fault)


def _card(entry: Any) -> Card | None:
    """Make a card of an entry; None if fields are missing, unknown or of another kind."""
    try:
        card = Card(**entry)
    except TypeError:
        return None
    values = {each.name: getattr(card, each.name) for each in fields(card)}
    fit = all(isinstance(value, _KINDS.get(name, str)) for name, value in values.items())
    return card if fit else None
