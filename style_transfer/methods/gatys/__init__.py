"""The textbook recipe; recipe.py has all of it, to be read from top to bottom."""

from style_transfer.methods.gatys.method import GatysMethod

__all__ = ["METHOD"]

METHOD = GatysMethod()
