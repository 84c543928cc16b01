"""Measure how similar the marks of two pictures are, without any network.

This is the sliced Wasserstein distance between patches of pixels, with new random projections at
each call (Elnekave & Weiss 2022, "Generating natural images with direct patch distributions
matching"). A network that is trained on the features of one other network learns to satisfy that
network with a fine hatch, which does not look like strokes to a person. Here the projections
change at each call, so a network cannot learn to satisfy particular ones.
"""

import torch
from torch import Tensor

SAMPLES = 2048  # patches per picture; sorting all patches would cost more than a network


def patch_distance(
    painted: Tensor,
    artwork: Tensor,
    *,
    patch: int,
    projections: int,
    generator: torch.Generator,
    samples: int = SAMPLES,
) -> Tensor:
    """Measure the distance between the patch distributions of pictures and of their artworks.

    painted and artwork are (B, 3, H, W) and (B, 3, h, w) in [0, 1]; no side is below `patch`
    pixels. The paper uses absolute differences. Squared ones are used here, because they do not
    jump when two values change their order. Returns the mean over projections of unit length, in
    squared units of pixels: 0 for equal samples; for equal distributions a random rest of about
    1/samples remains. Gradients flow to both.
    """
    directions = torch.randn(
        3 * patch * patch, projections, generator=generator, device=generator.device
    ).to(painted.device)
    directions = directions / directions.norm(dim=0)
    ordered = [
        (_draw_patches(picture.float(), patch, samples, generator) @ directions).sort(dim=1).values
        for picture in (painted, artwork)
    ]  # each (B, samples, projections)
    distance: Tensor = (ordered[0] - ordered[1]).square().mean()
    return distance


def _draw_patches(pictures: Tensor, patch: int, samples: int, generator: torch.Generator) -> Tensor:
    """Draw patches at random positions, the same in each picture: (B, samples, 3 * patch**2)."""
    height, width = pictures.shape[2:]
    rows, columns = (
        torch.randint(side - patch + 1, (samples,), generator=generator, device=generator.device)
        for side in (height, width)
    )
    steps = torch.arange(patch, device=generator.device)
    inside = (steps[:, None] * width + steps).flatten()  # (patch**2,)
    places = ((rows * width + columns)[:, None] + inside).flatten().to(pictures.device)
    taken = pictures.flatten(2).index_select(2, places)  # (B, 3, samples * patch**2)
    taken = taken.view(len(pictures), 3, samples, patch * patch)
    return taken.transpose(1, 2).flatten(2)
