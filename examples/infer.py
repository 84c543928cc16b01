"""Paint photos with the network that train.py made: `python -m examples.infer --help`."""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

from style_transfer.imaging.images import load_picture
from style_transfer.imaging.saving import save_picture
from style_transfer.imaging.tensors import to_image, to_tensor
from style_transfer.methods.network.johnson import build_painting_net, draw_noise
from style_transfer.training.pictures import find_pictures


def main() -> None:
    """Paint one photo, or each photo of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="file of train.py")
    parser.add_argument("photo", type=Path, help="a photo, or a folder of photos")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--size", type=int, default=512, help="longest side of a picture")
    options = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    painter = build_painting_net(load_file(options.weights)).to(device).eval()
    options.out.mkdir(parents=True, exist_ok=True)
    for path in find_pictures(options.photo) if options.photo.is_dir() else [options.photo]:
        image = load_picture(path).rgb
        image.thumbnail((options.size, options.size))
        photo = painter.recolor(to_tensor(image, device))  # (1, 3, H, W) in [0, 1]
        with torch.no_grad():
            painted = painter(photo, draw_noise(photo, torch.Generator().manual_seed(0)))
        save_picture(to_image(painted.clamp(0, 1)), options.out / f"{path.stem}.png")


if __name__ == "__main__":
    main()
