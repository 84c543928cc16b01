"""Which job is next, and who holds it."""
