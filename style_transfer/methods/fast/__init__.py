"""Any artwork in one go; see schedule.py."""

from style_transfer.methods.fast.method import FastMethod

__all__ = ["METHOD"]

METHOD = FastMethod()
