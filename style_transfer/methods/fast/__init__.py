"""Any artwork in one pass."""
