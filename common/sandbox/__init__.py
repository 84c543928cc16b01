"""Pictures are decoded and encoded in child processes with limits, outside the web process."""
