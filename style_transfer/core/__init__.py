"""What every part of the engine uses: specs, errors, sizes, devices, manifests of weights."""
