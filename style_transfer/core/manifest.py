"""Manifests: which weights are installed and what is known about each, read without torch.

A folder of weights holds `manifest.json` (name -> card) beside the weights files. One folder ships
with the engine. A second one, STYLEWEB_WEIGHTS_DIR or a folder in the user's data, holds the
weights that a user adds with `python -m style_transfer fetch_weights` and `train network`.

A manifest is read again when its file has changed, so new weights appear without a restart. If a
manifest or a card in the user's folder cannot be understood, the fault is logged once and the
entry is skipped, because the shipped weights must still work. A caller that asks for such an entry
by name gets the error.
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
PAINTING_NET = "network-"  # the name of a network for one artwork begins with this
_KINDS = {"data": list, "figures": dict}  # all other fields of a card are texts
_MANIFESTS = 16  # how many stay in memory; a process reads two, the tests read more

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
    """The cards of a folder, the faults of single cards, and the fault of the whole manifest."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    def find(self, name: str) -> Card | None:
        """Find a card by name; raises ManifestError if the card or the manifest is not valid."""
        if fault := self.fault or self.faults.get(name):
            raise ManifestError(fault)
        return self.cards.get(name)


def user_folder() -> Path:
    """Give the folder for weights that a user adds: STYLEWEB_WEIGHTS_DIR or the user's data."""
    chosen = os.environ.get("STYLEWEB_WEIGHTS_DIR")
    if chosen:
        return Path(chosen)
    return user_data() / "weights"


def user_data() -> Path:
    """Give the folder `styleweb` in the user's data; it may not exist yet."""
    data = os.environ.get("XDG_DATA_HOME")
    if data:
        return Path(data) / "styleweb"
    try:
        home = Path.home()
    except RuntimeError:  # a container may run as a user that has no home
        home = Path("/")
    return home / ".local" / "share" / "styleweb"


def read_manifest(folder: Path) -> dict[str, Card]:
    """Read the cards of a folder (name -> card); a folder without a manifest has none.

    Raises ManifestError if the manifest or one of its cards cannot be understood.
    """
    manifest = _read(folder)
    for fault in (manifest.fault, *manifest.faults.values()):
        if fault:
            raise ManifestError(fault)
    return dict(manifest.cards)


def write_card(folder: Path, name: str, card: Card) -> None:
    """Add a card to the manifest of a folder, or replace it; the other cards stay.

    Raises ManifestError if the existing manifest cannot be understood.
    """
    cards = read_manifest(folder) | {name: card}
    content = {each: asdict(cards[each]) for each in sorted(cards)}
    # The file is replaced in one step, so a reader never gets half of it.
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(folder / MANIFEST)


def read_manifests() -> dict[str, Card]:
    """Read the cards of all installed weights; a shipped card hides a user's of the same name."""
    return {**_read(user_folder()).cards, **_read(SHIPPED).cards}


def find_card(name: str) -> tuple[Path, Card]:
    """Find the file and the card of weights; the shipped ones come first.

    Raises ModelMissingError if no folder has a card of that name, or if the card is not valid.
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
    """List the installed painting networks: name -> perceptual hash of the artwork."""
    return {
        name: str(card.figures.get("artwork", ""))
        for name, card in read_manifests().items()
        if name.startswith(PAINTING_NET)
    }


def shipped_digest() -> str:
    """Compute a digest that changes when any shipped weights or their cards change.

    Weights that a user adds are left out: they cannot replace shipped weights, and the web process
    and the worker may read the folders of different users.
    """
    cards = {name: asdict(card) for name, card in _read(SHIPPED).cards.items()}
    return hashlib.sha256(json.dumps(cards, sort_keys=True).encode()).hexdigest()


def _read(folder: Path) -> _Manifest:
    """Read the manifest of a folder, or take it from memory if the file has not changed."""
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
    """Read a manifest. Raises OSError; the cache does not store errors."""
    try:
        # JSON other than an object has no items() and raises AttributeError.
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
    """Log a fault once, even if the manifest is read often."""
    logger.warning("%s", fault)
    return _Manifest(fault=fault)


def _card(entry: Any) -> Card | None:
    """Make a card from an entry; None if a field is missing, unknown or of the wrong type."""
    try:
        card = Card(**entry)
    except TypeError:
        return None
    values = {each.name: getattr(card, each.name) for each in fields(card)}
    fit = all(isinstance(value, _KINDS.get(name, str)) for name, value in values.items())
    return card if fit else None
