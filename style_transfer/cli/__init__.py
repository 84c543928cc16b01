"""The commands of `python -m style_transfer`."""
