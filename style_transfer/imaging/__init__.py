"""Pictures: files, alpha, colors, tensors. Only color, pyramid and tensors import torch."""
