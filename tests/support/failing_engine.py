"""A worker whose engine can fail: `celery -A tests.support.failing_engine worker`.

The failpoint `forward` runs before each pass of each layer and before each step of the method
optimize, where memory runs out in practice.
"""

from typing import Any

from celery.signals import worker_process_init

from common import failpoints
from styleweb.celery import app

__all__ = ["app"]


@worker_process_init.connect  # type: ignore[untyped-decorator]  # no stubs
def hit_before_each_layer(**_: object) -> None:
    """Install the failpoint in the process that paints, because torch does not survive a fork."""
    import torch
    from torch.nn.modules.module import register_module_forward_pre_hook

    from style_transfer.methods.strokes import StrokeBank

    def raise_as_a_gpu_does() -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    failpoints.ACTIONS["gpu-memory"] = raise_as_a_gpu_does
    register_module_forward_pre_hook(lambda *_: failpoints.hit("forward"))
    synthesize = StrokeBank.synthesize

    def hit_and_synthesize(bank: StrokeBank, *arguments: Any) -> torch.Tensor:
        failpoints.hit("forward")
        return synthesize(bank, *arguments)

    StrokeBank.synthesize = hit_and_synthesize  # type: ignore[assignment, method-assign]
