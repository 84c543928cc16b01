"""The method network as the pipeline uses it."""

from collections.abc import Iterator, Sequence

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.methods.frame import Attempt, Frame, Task
from style_transfer.methods.network import schedule


class NetworkMethod:
    """Paints by a network of the artwork's own."""

    @property
    def info(self) -> MethodInfo:
        """Give the entry of the catalog."""
        return METHOD_INFOS["network"]

    def plan(self, task: Task, attempt: Attempt, limit: int | None) -> Plan:
        """Promise nothing: what trained networks take is not predicted."""
        del attempt
        return self.info.plan(task.canvas.painted_size, halved=False, limit=limit)

    def paint(self, task: Task, attempt: Attempt, plan: Plan) -> Iterator[Frame]:
        """Yield a frame a tile."""
        del attempt, plan
        networks = schedule.find_networks(task.shares)
        return schedule.paint(task.canvas.photo, networks, task.canvas.spec)

    def weights(self, spec: TransferSpec, shares: Sequence[StyleInput]) -> Sequence[str]:
        """Name the networks of the artworks."""
        del spec
        return [network.name for network in schedule.find_networks(shares)]
