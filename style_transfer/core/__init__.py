"""What every part of the engine speaks: specs, errors, sizes, devices, cards."""
