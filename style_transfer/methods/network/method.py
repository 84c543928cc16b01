"""The interface of the method network to the pipeline."""

from collections.abc import Iterator, Sequence

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.methods.frame import Attempt, Frame, Task
from style_transfer.methods.network import schedule


class NetworkMethod:
    """Paints with a network that was trained for the artwork."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        return METHOD_INFOS["network"]

    def plan(self, task: Task, attempt: Attempt, limit: int | None) -> Plan:
        """Give an empty plan: the memory of trained networks is not predicted."""
        del attempt
        return self.info.plan(task.canvas.painted_size, halved=False, limit=limit)

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield one frame per tile."""
        del plan
        shares = schedule.find_networks(task.shares)
        canvas = task.canvas
        return schedule.paint(canvas.photo, shares, canvas.spec, attempt, canvas.subject)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """List the names of the artworks' networks."""
        return self.networks(spec, shares)

    def networks(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """List the names of the artworks' networks."""
        del spec
        return [network.name for network in schedule.find_networks(shares)]
