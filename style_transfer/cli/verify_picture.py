"""The command `verify-picture`: what the passport in a picture file says, and whether it holds."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.perceptual_hash import SAME, difference, look_of

# The other commands work without cryptography, so the reader of passports is imported when it runs.
if TYPE_CHECKING:
    from style_transfer.imaging.metadata.passport import Passport

UNCHANGED, CHANGED, NO_PASSPORT, OTHER_KEY = 0, 1, 3, 4
_MOST_BYTES = 2**28
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_STATUS = """exit status:
  0  the picture and the words about it are as they were signed
  1  they were changed since, or the passport was
  2  the file cannot be read
  3  there is no passport in it
  4  another key than KEY signed it"""


def add_verify_picture_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `verify-picture` to the command line of the engine."""
    parser = subparsers.add_parser(
        "verify-picture",
        help="read the passport in a picture: how it was made, and whether it was changed since",
        epilog=_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--key",
        type=_read_key,
        metavar="KEY",
        help="the public key of the site that must have signed it; its page /verify/ shows the key",
    )
    parser.add_argument("--json", action="store_true", help="print what it says as JSON")
    parser.set_defaults(run=run_verify_picture)


def run_verify_picture(arguments: argparse.Namespace) -> int:
    """Print what the passport says, and return the exit status. Raises InputUnreadableError."""
    from style_transfer.imaging.metadata.passport import read_passport

    data = _read(arguments.file)
    passport = read_passport(data)
    if passport is None or not passport.facts:
        sys.stderr.write(f"{arguments.file} has no passport that can be read.\n")
        return NO_PASSPORT
    status, sentence = _judge(arguments.file, data, passport, arguments.key)
    console = Console(highlight=False, soft_wrap=True)
    if arguments.json:
        said = {"status": status, "verdict": sentence, "signed_by": passport.key or None}
        console.print_json(data={**said, "says": passport.facts})
        return status
    for line in _lines(passport):
        console.print(line, markup=False)
    console.print(sentence, markup=False)
    if passport.key and arguments.key is None:
        console.print(
            "Anybody can sign with a key of their own. To know who did, give the public key of the "
            "site with --key.",
            markup=False,
        )
    return status


def _read_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        message = "a public key has 43 letters, digits, - and _"
        raise argparse.ArgumentTypeError(message)
    return text


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputUnreadableError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > _MOST_BYTES:
        raise InputUnreadableError(f"{path} is larger than {_MOST_BYTES // 2**20} MiB.")
    return data


def _judge(path: Path, data: bytes, passport: "Passport", key: str | None) -> tuple[int, str]:
    """Return the exit status, and a sentence for it."""
    from style_transfer.imaging.metadata.passport import hashes_of, look_in

    if key is not None and passport.key != key:
        return OTHER_KEY, "Another key signed this passport. What it says counts for nothing."
    if not passport.is_signed:
        return CHANGED, "The signature is wrong. What the passport says counts for nothing."
    hashes, facts = hashes_of(data), passport.facts
    if hashes.picture == facts.get("picture"):
        if hashes.words == facts.get("words"):
            return UNCHANGED, "Unchanged: the picture and the words about it are as signed."
        return CHANGED, "The picture is as signed. The title, maker, rights or credit are not."
    look = look_of(load_picture(path).image)
    if difference(look, look_in(facts)) <= SAME:
        return CHANGED, "The picture was saved again, resized or slightly changed since."
    return CHANGED, "This is another picture than the one that was signed, or a part of it."


def _lines(passport: "Passport") -> Iterator[str]:
    facts = passport.facts
    recipe = facts.get("recipe")
    known: Mapping[str, Any] = recipe if isinstance(recipe, dict) else {}
    yield f"made on    {facts.get('made_on', 'an unknown day')}"
    yield f"size       {facts.get('width')} x {facts.get('height')} px"
    for each in _objects(known.get("styles")):
        named = ", ".join(
            str(each[name]) for name in ("title", "artist", "license") if name in each
        )
        yield f"style      {named}; version {each.get('version')}, weight {each.get('weight')}"
    spec = known.get("spec")
    if isinstance(spec, dict):
        values = (f"{name} {value}" for name, value in spec.items() if value is not None)
        yield f"settings   {', '.join(values)}"
    yield f"engine     {known.get('engine_version', 'unknown')}"
    weights = known.get("weights")
    for name, sha256 in (weights if isinstance(weights, dict) else {}).items():
        yield f"weights    {name}, SHA-256 {sha256}"
    yield f"signed by  {passport.key or 'nobody'}"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
