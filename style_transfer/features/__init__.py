"""Feature networks, and the losses between their activations."""
