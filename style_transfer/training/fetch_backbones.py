"""Install torchvision's VGG-19, from a file of the user or from its download address."""

import hashlib
import pickle
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from style_transfer.core.errors import EngineError, ModelMissingError
from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import SCALE
from style_transfer.features.torchvision_backbones import ImageNetVGG
from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import LAYERS
from style_transfer.training.channel_std import measure_channel_std
from style_transfer.training.dead_leaves import draw_dead_leaves

NAME = "vgg19"
_TIMEOUT = 60.0  # seconds without any data


class FetchError(EngineError):
    """The weights cannot be downloaded."""

    code = "fetch_failed"
    hint = "Download the file by other means and pass it with --file."


def default_url() -> str:
    """Give the download address of the weights in the installed torchvision."""
    url: str = import_torchvision().models.VGG19_Weights.IMAGENET1K_V1.url
    return url


def expected_prefix(name: str) -> str:
    """Read the start of the sha256 from a file name such as vgg19-dcbb9e9d.pth.

    torchvision puts it there so that a download can be checked; other names give an empty string.
    """
    _, _, prefix = Path(name).stem.rpartition("-")
    return prefix if len(prefix) == 8 and set(prefix) <= set("0123456789abcdef") else ""


def download(url: str, target: Path) -> None:
    """Download an http or https address into a file; raises FetchError."""
    if not url.startswith(("https://", "http://")):
        raise FetchError(f"{url} is not an http address.")
    try:
        with (
            urllib.request.urlopen(url, timeout=_TIMEOUT) as answer,  # noqa: S310 - checked above
            target.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
    except urllib.error.HTTPError as error:
        error.close()  # the error holds the open response
        raise FetchError(f"{url} answered {error.code} {error.reason}.") from error
    except OSError as error:
        raise FetchError(f"{url} could not be downloaded ({error}).") from error


def fetch_vgg19(folder: Path, *, file: Path | None, url: str, sha256: str = "") -> Card:
    """Install vgg19.safetensors with its card in a folder, from a .pth file or else from a URL.

    The sha256 of the source must begin with `sha256`; the default is the digits in torchvision's
    own file name. Raises ModelMissingError for another hash or other contents, and FetchError if
    the download fails.
    """
    wanted = sha256 or expected_prefix(default_url())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source = file or Path(scratch) / "download.pth"
        if file is None:
            download(url, source)
        found = _hash(source)
        if not found.startswith(wanted):
            raise ModelMissingError(
                f"{source.name} is not torchvision's VGG-19: its sha256 begins with {found[:8]},"
                f" not with {wanted[:8]}.",
                hint="Download it again, or pass the right file with --file.",
            )
        return install(folder, read_pth(source), origin=f"{Path(url).name}, sha256 {found}")


def read_pth(path: Path) -> dict[str, Tensor]:
    """Read tensors from a .pth file; code in the file is not run.

    Raises ModelMissingError if the file holds anything other than tensors.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ModelMissingError(f"{path.name} is not a file of plain tensors.") from error
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise ModelMissingError(f"{path.name} is not a file of plain tensors.")
    return state


def install(folder: Path, state: Mapping[str, Tensor], *, origin: str) -> Card:
    """Write the weights of torchvision that the engine uses, with channel scales and a card.

    Raises ModelMissingError if the weights are not those of VGG-19.
    """
    network = ImageNetVGG()
    try:
        network.load_(state)
    except RuntimeError as error:
        raise ModelMissingError("These are not the weights of a VGG-19.") from error
    # Generated pictures, because this machine may have no artworks to measure the scales on.
    pictures = [draw_dead_leaves(seed, 96) for seed in range(6)]
    scale = measure_channel_std(network, pictures, LAYERS)
    tensors = network.state_dict() | {f"{SCALE}{name}": value for name, value in scale.items()}
    content = save({name: value.contiguous() for name, value in tensors.items()})
    path = folder / f"{NAME}.safetensors"
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)
    card = Card(
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        license="BSD-3-Clause (torchvision); trained on ImageNet",
        origin=origin,
        date=datetime.now(UTC).date().isoformat(),
    )
    write_card(folder, NAME, card)
    return card


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissingError(f"{path} cannot be read.") from error
