"""One pass of a network that was trained for this artwork; see schedule.py."""

from style_transfer.methods.network.method import NetworkMethod

__all__ = ["METHOD"]

METHOD = NetworkMethod()
