"""Train a small network that paints like one artwork: `python -m examples.train --help`.

The photos may be a folder of COCO, the artwork a painting of WikiArt. The whole path, in order:
crops and flips, a frozen network that sees, the losses of Johnson et al. 2016, and Adam.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from style_transfer.core.device import knows_bfloat16
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
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--features", default="builtin", help="or vgg19, where it is installed")
    options = parser.parse_args()
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    usable = check_pictures(find_pictures(options.content)).usable  # without corrupt files
    photos = Crops((usable,), (options.size,), options.batch, seed=0)
    artwork = load_picture(options.style).rgb
    shown = shown_at(artwork, 2 * options.size / max(artwork.size), device)  # (1, 3, H, W)
    features = load_features(options.features, device)  # frozen: only the painter learns
    painter = PaintingNet(light=True).to(device)  # it maps RGB to [-1, 1] itself
    painter.take_palette_(palette_of(shown))
    views = look_at(features, shown)
    goal = Imitation(painter, StyleLoss(features, views, 0.7, knows_bfloat16(device)))
    optimizer = torch.optim.Adam(painter.parameters(), lr=0.003)
    for step in range(options.steps):
        losses = goal.losses(photos.draw(step).to(device), step / options.steps)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
        if step % 20 == 0 or step == options.steps - 1:
            print(step, {name: round(each.item(), 3) for name, each in losses.items()})
    save_file(painter.state_dict(), options.out)


if __name__ == "__main__":
    main()
