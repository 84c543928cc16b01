"""The interface of the method gatys to the pipeline."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from style_transfer.core.backbones import BACKBONES, require_backbone
from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.shares import StyleNeedsPictureError
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.features.builtin import load_features
from style_transfer.imaging.images import to_picture
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.frame import Attempt, Frame, Task
from style_transfer.methods.gatys import recipe


class GatysMethod:
    """Trains the pixels of one picture; its paintings can be saved and continued."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        return METHOD_INFOS["gatys"]

    def plan(self, task: Task, attempt: Attempt, limit: int | None) -> Plan:
        """Plan from the painted pixels; the canvas already keeps the bound of `attempt`."""
        del attempt
        canvas, spec = task.canvas, task.canvas.spec
        return self.info.plan(
            canvas.painted_size,
            halved=False,
            limit=limit,
            features=spec.features,
            optimizer=spec.optimizer,
        )

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield one frame per step; raises FeaturesMissingError and StyleNeedsPictureError."""
        del plan
        spec = task.canvas.spec
        require_backbone(spec.features)
        network = load_features(spec.features, attempt.device)
        artworks = _artworks_of(task.shares, attempt.device)
        return recipe.paint(network, task.canvas.photo, artworks, spec, task.begun)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Give the name of the feature network."""
        del shares
        return (BACKBONES[spec.features].weights_name,)


def _artworks_of(
    shares: Sequence[StyleInput], device: torch.device
) -> Iterator[tuple[Tensor, float]]:
    """Convert one artwork (1, 3, h, w) after the other; raises StyleNeedsPictureError."""
    for share in shares:
        if share.image is None:
            raise StyleNeedsPictureError("This method needs a picture of each style.")
        yield to_tensor(to_picture(share.image).rgb, device), share.weight
