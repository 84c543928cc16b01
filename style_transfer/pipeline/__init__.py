"""Turn a request into steps: one picture, or several in one pass."""
