"""Install feature networks of torchvision, from a file of the user or from the download address."""

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

from style_transfer.core.backbones import BACKBONES
from style_transfer.core.errors import EngineError, ModelMissingError
from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import PEAK, SCALE
from style_transfer.features.torchvision_backbones import NETWORKS, measure_peaks
from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.training.channel_std import measure_channel_std
from style_transfer.training.dead_leaves import draw_dead_leaves

# The class in torchvision that names the file of each network. Of ResNet-50 it is the first one:
# the second was trained with stronger augmentation, and the paper of its smoothing used the first.
_PUBLISHED = {
    "vgg19": "VGG19_Weights",
    "vgg16": "VGG16_Weights",
    "resnet50": "ResNet50_Weights",
    "mobilenet_v3_large": "MobileNet_V3_Large_Weights",
}
_TIMEOUT = 60.0  # seconds without any data


class FetchError(EngineError):
    """The weights cannot be downloaded."""

    code = "fetch_failed"
    hint = "Download the file by other means and pass it with --weights."


def default_url(name: str) -> str:
    """Give the download address of the weights of a network in the installed torchvision."""
    url: str = getattr(import_torchvision().models, _PUBLISHED[name]).IMAGENET1K_V1.url
    return url


def megabytes(name: str) -> int:
    """Give the size of the download."""
    published = getattr(import_torchvision().models, _PUBLISHED[name]).IMAGENET1K_V1
    return round(float(published.meta["_file_size"]))


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


def fetch_backbone(
    name: str, folder: Path, *, file: Path | None, url: str = "", sha256: str = ""
) -> Card:
    """Install NAME.safetensors with its card in a folder, from a .pth file or else from a URL.

    The sha256 of the source must begin with `sha256`; the default is the digits in torchvision's
    own file name. Raises ModelMissingError for another hash or other contents, and FetchError if
    the download fails or the folder cannot be made.
    """
    url = url or default_url(name)
    wanted = sha256 or expected_prefix(default_url(name))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "Set STYLEWEB_WEIGHTS_DIR to a folder that you can write to."
        raise FetchError(f"{folder} cannot be made: {error.strerror}.", hint=hint) from error
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source = file or Path(scratch) / "download.pth"
        if file is None:
            download(url, source)
        found = _hash(source)
        if not found.startswith(wanted):
            raise ModelMissingError(
                f"{source.name} is not torchvision's {BACKBONES[name].title}: its sha256 begins"
                f" with {found[:8]}, not with {wanted[:8]}.",
                hint="Download it again, or pass the right file with --weights.",
            )
        origin = f"{Path(url).name}, sha256 {found}"
        return install(name, folder, read_pth(source), origin=origin)


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


def install(name: str, folder: Path, state: Mapping[str, Tensor], *, origin: str) -> Card:
    """Write the weights of torchvision that the engine uses, with channel scales and a card.

    Raises ModelMissingError if the weights are those of another network.
    """
    title = BACKBONES[name].title
    with torch.random.fork_rng(devices=[]):
        network = NETWORKS[name]().eval()
    try:
        network.load_(state)
    except RuntimeError as error:
        hint = "Choose the file of the network that you named."
        raise ModelMissingError(f"These are not the weights of {title}.", hint=hint) from error
    # Generated pictures, because this machine may have no artworks to measure the scales on.
    pictures = [draw_dead_leaves(seed, 96) for seed in range(6)]
    scale = measure_channel_std(network, pictures, network.layers)
    peaks = measure_peaks(network, pictures) if BACKBONES[name].smoothed else {}
    tensors = {
        **network.state_dict(),
        **{f"{SCALE}{layer}": value for layer, value in scale.items()},
        **{f"{PEAK}{layer}": torch.tensor(value) for layer, value in peaks.items()},
    }
    content = save({key: value.contiguous() for key, value in tensors.items()})
    path = folder / f"{name}.safetensors"
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
    write_card(folder, name, card)
    return card


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissingError(f"{path} cannot be read.") from error
