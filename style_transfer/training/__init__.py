"""Training: pictures in, weights with a card out. `cli` is the command, the rest is its parts."""
