"""The command `fetch_weights`: the only way in which the engine ever downloads anything."""

import argparse
from pathlib import Path

from rich.console import Console


def add_fetch_weights_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `fetch_weights` to the command line of the engine."""
    parser = subparsers.add_parser(
        "fetch_weights", help="install weights that do not come with the engine"
    )
    parser.add_argument("name", choices=["vgg19"], help="VGG-19 as torchvision publishes it")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--file", type=Path, help="torchvision's .pth file, already downloaded")
    source.add_argument("--url", help="where to download it; torchvision's own address if absent")
    parser.set_defaults(run=run_fetch_weights)


def run_fetch_weights(arguments: argparse.Namespace) -> int:
    """Install the weights that the arguments name; returns the exit status.

    Raises ModelMissingError or FetchError.
    """
    from style_transfer.core.manifest import user_folder
    from style_transfer.training.fetch_vgg19 import default_url, fetch_vgg19

    console = Console(stderr=True)
    url = arguments.url or default_url()
    if arguments.file is None:
        console.print(f"Downloading {url}, about 550 MB.", markup=False)
    card = fetch_vgg19(user_folder(), file=arguments.file, url=url)
    console.print(f"Installed {user_folder() / card.file}.", markup=False)
    return 0
