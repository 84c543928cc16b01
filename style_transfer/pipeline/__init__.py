"""From a request to steps: one picture, or several in a pass."""
