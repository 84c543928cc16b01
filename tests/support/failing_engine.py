"""A worker whose networks can be made to fail: `celery -A tests.support.failing_engine worker`.

The failpoint `forward` stands before every pass of every layer, where memory runs out in real life.
"""

from celery.signals import worker_process_init

from common import failpoints
from styleweb.celery import app

__all__ = ["app"]


@worker_process_init.connect  # type: ignore[untyped-decorator]  # no stubs
def hit_before_each_layer(**_: object) -> None:
    """Put the failpoint in place; in the process that paints, since torch survives no fork."""
    import torch
    from torch.nn.modules.module import register_module_forward_pre_hook

    def raise_as_a_gpu_does() -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    failpoints.ACTIONS["gpu-memory"] = raise_as_a_gpu_does
    register_module_forward_pre_hook(lambda *_: failpoints.hit("forward"))
