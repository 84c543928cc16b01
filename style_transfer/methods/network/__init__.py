"""Networks of the engine: definitions only, no files and no training."""
