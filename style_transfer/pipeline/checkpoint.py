"""Paintings that are stopped, saved and continued later."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from style_transfer.core.errors import EngineError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.shares import digest_of
from style_transfer.core.spec import Report, Step, StyleInput, TransferSpec
from style_transfer.imaging.pyramid import sizes_up_to
from style_transfer.methods.frame import Kept
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.development import FinishedPainting

_PICTURE, _DONE, _IDENTITY = "picture", "done", "identity"
# These settings may change when a painting is continued.
_FREE = ("steps", "seed", "keep_faces", "mask_feather", "mask_invert")


class StateError(EngineError):
    """The saved painting is damaged, or belongs to another photo, style or setting."""

    code = "state_unusable"
    hint = "Give the photo, styles and settings it was saved with, or start again."


@dataclass(frozen=True)
class State:
    """The progress of a painting: its picture (1, 3, h, w), if any, after `done` steps.

    `identity` identifies the photo, the styles and the settings.
    """

    identity: bytes
    done: int = 0
    picture: Tensor | None = None

    @classmethod
    def from_bytes(cls, data: bytes, identity: bytes) -> Self:
        """Read the bytes that `to_bytes` wrote for the same identity; raises StateError."""
        try:
            tensors = load(data)
            picture, done, found = (tensors[name] for name in (_PICTURE, _DONE, _IDENTITY))
        except (SafetensorError, KeyError) as error:
            raise StateError("The saved painting is damaged.") from error
        if not _is_sound(picture, done):
            raise StateError("The saved painting is damaged.")
        if bytes(found.byte().flatten().tolist()) != identity:
            raise StateError("The saved painting is another one.")
        return cls(identity, int(done), picture.float())

    def to_bytes(self) -> bytes:
        """Write the state as safetensors."""
        if self.picture is None:
            raise AssertionError("a painting that has not begun is not saved")
        # The steps of half precision are finer than any display shows.
        picture = self.picture.detach().to("cpu", torch.float16).contiguous()
        identity = torch.tensor(list(self.identity), dtype=torch.uint8)
        return save({_PICTURE: picture, _DONE: torch.tensor(self.done), _IDENTITY: identity})

    def after(self, done: int) -> "State":
        """Give the state after `done` steps, without its picture."""
        return replace(self, done=done, picture=None)

    def picture_for(self, canvas: Canvas) -> Tensor | None:
        """Give the picture on the device of a canvas; raises StateError if its size is wrong."""
        if self.picture is None:
            return None
        height, width = self.picture.shape[-2:]
        if (width, height) not in sizes_up_to(*canvas.painted_size):
            raise StateError("The saved painting is of another size.")
        return self.picture.to(canvas.photo)


def identity_of(content: Image.Image, shares: Sequence[StyleInput], spec: TransferSpec) -> bytes:
    """Compute 32 bytes that identify a painting by its photo, styles and settings."""
    settings = {name: value for name, value in spec.to_json().items() if name not in _FREE}
    whole = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    whole.update(f"{content.mode} {content.size}".encode() + content.tobytes())
    for share in shares:
        whole.update(f"{share.weight!r}".encode() + digest_of(share))
    return whole.digest()


@dataclass(frozen=True)
class KeptPainting:
    """A painting at one of its steps; see spec.Painting."""

    kept: Kept
    state: State
    canvas: Canvas
    report: Callable[[], Report]

    @classmethod
    def of(
        cls, kept: Kept | None, state: State, canvas: Canvas, report: Callable[[], Report]
    ) -> "KeptPainting | None":
        """Make a painting from what a frame holds; None if the frame holds nothing to keep."""
        return cls(kept, state, canvas, report) if kept is not None else None

    def finish(self) -> Step:
        """Give the painting so far in the size of the result, with its report."""
        with naming_memory_errors():
            shown = self.kept.show(self.kept.picture)
            image = self.canvas.result(shown)
        done, finished = self.state.done, FinishedPainting(self.canvas, shown)
        return Step(done, done, "done", image, self.report(), self, finished)

    def save(self) -> bytes:
        """Give the bytes from which `stylize` continues."""
        return replace(self.state, picture=self.kept.picture).to_bytes()


def _is_sound(picture: Tensor, done: Tensor) -> bool:
    # The file may be damaged, so nothing about its tensors is certain.
    shaped = picture.dim() == 4 and picture.shape[:2] == (1, 3) and min(picture.shape) > 0
    counted = done.numel() == 1 and done.dtype == torch.int64 and int(done) >= 0
    return shaped and counted and bool(picture.isfinite().all())
