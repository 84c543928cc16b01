"""The command `fetch_weights`. Only this command of the engine downloads something."""

import argparse
from pathlib import Path

from rich.console import Console

from style_transfer.core.backbones import BACKBONES, FETCHED


def add_fetch_weights_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `fetch_weights` to the command line of the engine."""
    parser = subparsers.add_parser(
        "fetch_weights", help="install weights that the engine does not include"
    )
    titles = ", ".join(BACKBONES[name].title for name in FETCHED)
    parser.add_argument("name", choices=FETCHED, help=f"{titles}, as torchvision publishes them")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        *("--weights", "--file"),
        type=Path,
        metavar="FILE",
        help="the .pth file of torchvision, if it is already downloaded",
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
    from style_transfer.training.fetch_backbones import default_url, fetch_backbone, megabytes

    console = Console(stderr=True)
    name = arguments.name
    url = arguments.url or default_url(name)
    if arguments.weights is None:
        console.print(f"Downloading {url}, about {megabytes(name)} MB.", markup=False)
    card = fetch_backbone(name, user_folder(), file=arguments.weights, url=url)
    console.print(f"Installed {user_folder() / card.file}.", markup=False)
    return 0
