"""The method that paints any artwork in one pass; see schedule.py."""

from style_transfer.methods.fast.method import FastMethod

__all__ = ["METHOD"]

METHOD = FastMethod()
