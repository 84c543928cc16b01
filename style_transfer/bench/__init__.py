"""Figures that can be made again with one command."""
