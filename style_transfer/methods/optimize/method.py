"""The interface of the method optimize to the pipeline."""

from collections.abc import Iterator, Sequence

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.methods.fast.adapter import PROCESS_CACHE, StyleMix
from style_transfer.methods.fast.memory import with_embeddings
from style_transfer.methods.fast.network import ENCODER, load_painter
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
        plan = self.info.plan(task.canvas.painted_size, halved=False, limit=limit)
        painter = load_painter(attempt.device)
        return with_embeddings(plan, task.shares, painter, task.cache or PROCESS_CACHE, limit)

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield one frame per step."""
        del plan
        spec, painter = task.canvas.spec, load_painter(attempt.device)
        cache = task.cache or PROCESS_CACHE
        mix = StyleMix.mix(task.shares, spec.style_scale, painter, cache)
        canvas = task.canvas
        return schedule.paint(canvas.photo, mix, spec, task.begun, canvas.subject)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Give the name of the network that style codes are made with."""
        del spec, shares
        return (ENCODER,)
