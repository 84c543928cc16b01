"""Pictures: files, alpha, color, tensors."""
