"""The options of every training: folders, an end, batches, seed, machine. It loads no torch."""

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path

_UNITS = {"s": 1, "m": 60, "h": 3600}
_SIZES = {"kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_duration(text: str) -> float:
    """Turn 90s, 30m, 1.5h or plain seconds into seconds.

    Raises argparse.ArgumentTypeError for anything else.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not found or not float(found[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 90s, 30m or 1.5h")
    return float(found[1]) * _UNITS[found[2] or "s"]


def parse_count(text: str) -> int:
    """Turn a positive whole number into an int; raises argparse.ArgumentTypeError otherwise."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def parse_positive(text: str) -> float:
    """Turn a positive number into a float; raises argparse.ArgumentTypeError otherwise."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def parse_weight(text: str) -> float:
    """Turn 0 or a positive number into a float; raises argparse.ArgumentTypeError otherwise."""
    return 0.0 if re.fullmatch(r"0+(\.0*)?", text) else parse_positive(text)


def parse_size(text: str) -> int:
    """Turn 48MB, 1.5GB or 900kB into bytes; raises argparse.ArgumentTypeError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kKMG]B)", text)
    if not found or not float(found[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 900kB, 48MB or 1.5GB")
    return int(float(found[1]) * _SIZES[found[2]])


def add_common_arguments(
    parser: argparse.ArgumentParser,
    *,
    batch: int,
    sizes: Sequence[int],
    rate: float,
    artworks: bool,
) -> None:
    """Add the arguments of every training; with `artworks`, also --style, a folder of artworks."""
    parser.add_argument("--content", type=Path, required=True, help="folder or pack of photos")
    if artworks:
        parser.add_argument("--style", type=Path, required=True, help="folder or pack of artworks")
    parser.add_argument(
        "--held-out", type=Path, help="folder or pack of test pictures (default: a few others)"
    )
    parser.add_argument("--time-limit", type=parse_duration, default=math.inf, metavar="30m")
    parser.add_argument("--steps", type=parse_count, default=math.inf, help="total number of steps")
    parser.add_argument(
        "--resume", action="store_true", help="continue from the checkpoint in --out"
    )
    parser.add_argument("--batch", type=parse_count, default=batch)
    parser.add_argument(
        "--size",
        dest="sizes",
        type=parse_count,
        nargs="+",
        default=tuple(sizes),
        help="side of a crop in pixels; with several, each step uses a random one",
    )
    parser.add_argument(
        "--rate", type=parse_positive, default=rate, help="the highest learning rate"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=parse_count, help="CPU threads (default: torch decides)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
