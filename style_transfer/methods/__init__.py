"""One file a method, each a generator of frames."""
