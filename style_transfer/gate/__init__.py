"""The quality gate: a variant is compared with the reference before any worker may use it."""
