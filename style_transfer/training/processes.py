"""The place of one process in a training: its device, and its rank among others (torchrun)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist

from style_transfer.core.device import choose_device


@dataclass(frozen=True)
class Place:
    """The device of a process, its number, and the number of all processes."""

    device: torch.device
    rank: int = 0
    world: int = 1


@contextmanager
def take_place(device: str) -> Iterator[Place]:
    """Join the other processes if torchrun started this one; otherwise only choose the device.

    Processes communicate through NCCL on GPUs, with one GPU each, and through gloo on CPUs.
    """
    if "WORLD_SIZE" not in os.environ:
        yield Place(choose_device(device))
        return
    chosen = choose_device(device)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(chosen)
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Place(chosen, dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
