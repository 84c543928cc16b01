"""Save a training run so that it can be continued: safetensors and JSON, no pickle."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from style_transfer.core.errors import ModelMissingError

NAME = "checkpoint.safetensors"


@dataclass(frozen=True)
class Progress:
    """The progress of a run: its steps and seconds, including those of earlier sessions."""

    step: int = 0
    seconds: float = 0.0

    def after(self, seconds: float) -> "Progress":
        """Count one more step that took `seconds`."""
        return Progress(self.step + 1, self.seconds + seconds)


def save_checkpoint(
    folder: Path,
    progress: Progress,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    extra: Mapping[str, Tensor],
) -> Path:
    """Write the state of a run into a folder; it replaces the previous state in one step."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"extra.{name}": value for name, value in extra.items()}
    tensors |= {f"optimizer.{name}": value for name, value in pack_optimizer(optimizer).items()}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    partial = path.with_suffix(".partial")
    # Stored inside the same file, so that the tensors and the step counter always agree.
    meta = {"progress": json.dumps(asdict(progress))}
    save_file({name: each.contiguous() for name, each in tensors.items()}, partial, metadata=meta)
    partial.replace(path)
    path.with_suffix(".json").write_text(json.dumps(asdict(progress), indent=1) + "\n")
    return path


def load_checkpoint(
    folder: Path, network: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[Progress, dict[str, Tensor]]:
    """Restore a network and its optimizer to where a run stopped; give its progress and extras.

    Raises ModelMissingError if the folder has no checkpoint or one of another network.
    """
    path = folder / NAME
    if not path.is_file():
        raise ModelMissingError(f"There is no checkpoint in {folder}.", hint="Leave --resume out.")
    try:
        with safe_open(path, framework="pt") as opened:
            progress = Progress(**json.loads(opened.metadata()["progress"]))
            names = opened.keys()
            tensors = {name: opened.get_tensor(name) for name in names}
        network.load_state_dict(_under("network.", tensors))
        restore_optimizer_(optimizer, _under("optimizer.", tensors))
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        message = f"{path} is not a checkpoint of this network."
        raise ModelMissingError(message, hint="Train into another folder.") from error
    return progress, _under("extra.", tensors)


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def pack_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Give the tensors of an optimizer, named by the place of the parameter and the slot."""
    return {
        f"{index}.{slot}": value
        for index, slots in optimizer.state_dict()["state"].items()
        for slot, value in slots.items()
    }


def restore_optimizer_(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Continue with the tensors of `pack_optimizer`.

    Raises ValueError, KeyError or RuntimeError for those of another optimizer.
    """
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, slot = name.split(".")
        slots.setdefault(int(index), {})[slot] = value
    # The settings of the optimizer, such as its rate, come from the new run.
    state = optimizer.state_dict()
    optimizer.load_state_dict(state | {"state": slots})
