"""Train a small network that paints like one artwork: `python -m examples.train --help`.

Crops and flips, a frozen network that sees, the losses of Johnson et al. 2016, and Adam.
"""

import argparse
import time
from itertools import takewhile
from pathlib import Path

import torch
from safetensors.torch import save_file

from style_transfer.core.device import choose_device
from style_transfer.features.builtin import load_features
from style_transfer.imaging.color import palette_of
from style_transfer.imaging.images import load_picture
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.artwork import shown_at
from style_transfer.training.crops import Crops
from style_transfer.training.imitation import Imitation
from style_transfer.training.pictures import check_pictures, find_pictures
from style_transfer.training.style_loss import StyleLoss, look_at


def main() -> None:
    """Train, print the losses, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("content", type=Path, help="folder of photos")
    parser.add_argument("style", type=Path, help="picture of an artwork")
    parser.add_argument("out", type=Path, help="file of the weights (.safetensors)")
    parser.add_argument("--size", type=int, default=256, help="side of a crop: 256 or 512 px")
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--minutes", type=float, default=8, help="the longest it may take")
    parser.add_argument("--features", default="builtin", help="or vgg19, where it is installed")
    options = parser.parse_args()
    torch.manual_seed(0)
    device = choose_device("auto")
    usable = check_pictures(find_pictures(options.content)).usable  # without corrupt files
    photos = Crops((usable,), (options.size,), batch=1, seed=0)
    artwork = load_picture(options.style).rgb
    shown = shown_at(artwork, 2 * options.size / max(artwork.size), device)  # (1, 3, H, W)
    features = load_features(options.features, device)  # frozen: only the painter learns
    painter = PaintingNet(light=True).to(device)  # it maps RGB to [-1, 1] itself
    painter.take_palette_(palette_of(shown))
    goal = Imitation(painter, StyleLoss(features, look_at(features, shown), 0.7, bfloat16=False))
    optimizer = torch.optim.Adam(painter.parameters(), lr=0.003)
    end = time.monotonic() + 60 * options.minutes
    for step in takewhile(lambda _: time.monotonic() < end, range(options.steps)):
        losses = goal.losses(photos.draw(step).to(device), step / options.steps)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
        print(step, {name: round(each.item(), 3) for name, each in losses.items()}, flush=True)
    save_file(painter.state_dict(), options.out)


if __name__ == "__main__":
    main()
