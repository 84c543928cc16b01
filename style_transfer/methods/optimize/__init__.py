"""The method that optimizes the picture itself; see schedule.py."""

from style_transfer.methods.optimize.method import OptimizeMethod

__all__ = ["METHOD"]

METHOD = OptimizeMethod()
