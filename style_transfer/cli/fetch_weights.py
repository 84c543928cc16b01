"""The command `fetch_weights`. Only this command of the engine downloads something."""

import argparse
from pathlib import Path

from rich.console import Console


def add_fetch_weights_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `fetch_weights` to the command line of the engine."""
    parser = subparsers.add_parser(
        "fetch_weights", help="install weights that the engine does not include"
    )
    parser.add_argument("name", choices=["vgg19"], help="VGG-19 as torchvision publishes it")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--file", type=Path, help="the .pth file of torchvision, if it is already downloaded"
    )
    source.add_argument(
        "--url", help="address of the download (default: the address of torchvision)"
    )
    parser.set_defaults(run=run_fetch_weights)


def run_fetch_weights(arguments: argparse.Namespace) -> int:
    """Install the weights that the arguments name, and return the exit status.

    Raises ModelMissingError or FetchError.
    """
    from style_transfer.core.manifest import user_folder
    from style_transfer.training.fetch_backbones import default_url, fetch_vgg19

    console = Console(stderr=True)
    url = arguments.url or default_url()
    if arguments.file is None:
        console.print(f"Downloading {url}, about 550 MB.", markup=False)
    card = fetch_vgg19(user_folder(), file=arguments.file, url=url)
    console.print(f"Installed {user_folder() / card.file}.", markup=False)
    return 0
