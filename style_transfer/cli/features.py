"""The options `--features` and `--weights`: a feature network, and the file of its weights."""

import argparse
from pathlib import Path

from style_transfer.core.backbones import BACKBONES, FETCHED
from style_transfer.core.manifest import user_folder
from style_transfer.core.spec import FEATURES, SpecError


def add_features_arguments(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add both options; `default` says which network is used without them."""
    parser.add_argument(
        "--features",
        choices=FEATURES,
        help=f"the network whose activations are compared (default: {default})",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="install this file of torchvision for --features first; its hash is checked",
    )


def install_weights(arguments: argparse.Namespace) -> None:
    """Install the file in --weights for the network in --features, unless there is none.

    Raises SpecError for a network that has no such file, and ModelMissingError.
    """
    if arguments.weights is None:
        return
    name = BACKBONES[arguments.features].weights_name if arguments.features else ""
    if name not in FETCHED:
        able = ", ".join(slug for slug in FEATURES if BACKBONES[slug].weights_name in FETCHED)
        raise SpecError({"features": f"must be one of {able} with --weights"})
    from style_transfer.training.fetch_backbones import fetch_backbone

    fetch_backbone(name, user_folder(), file=arguments.weights)
