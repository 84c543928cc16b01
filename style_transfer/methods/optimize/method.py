"""The interface of the method optimize to the pipeline."""

from collections.abc import Iterator, Sequence

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.features.builtin import load_features
from style_transfer.methods.frame import Attempt, Frame, Task
from style_transfer.methods.optimize import schedule


class OptimizeMethod:
    """Paints step by step; its paintings can be saved and continued."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        return METHOD_INFOS["optimize"]

    def plan(self, task: Task, attempt: Attempt, limit: int | None) -> Plan:
        """Plan from the painted pixels; the canvas already keeps the bound of `attempt`."""
        del attempt
        return self.info.plan(task.canvas.painted_size, halved=False, limit=limit)

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield one frame per step."""
        del plan
        spec = task.canvas.spec
        artworks = task.canvas.artworks(task.shares)
        features = load_features(spec.features, attempt.device)
        return schedule.paint(task.canvas.photo, artworks, spec, features, task.begun)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Give the name of the feature network of the loss."""
        del shares
        return (spec.features,)
