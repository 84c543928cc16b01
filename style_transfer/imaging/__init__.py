"""Pictures: files, alpha, color, tensors. Only color, pyramid and tensors import torch."""
