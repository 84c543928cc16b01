"""The passports of this site: it signs them, and recognizes those that it signed.

Only this module has the private key. The children that decode uploads do not know it.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from common.headers import read_header
from style_transfer.imaging.metadata.embedding import embed_credit
from style_transfer.imaging.metadata.passport import (
    FileHashes,
    Passport,
    embed_passport,
    key_text,
    look_in,
    read_passport,
    sign,
    write_statement,
)
from style_transfer.imaging.metadata.xmp import PictureCredit


@dataclass(frozen=True)
class Provenance:
    """What a file says about its picture: the credit, and the facts of a passport.

    `facts` is None for a picture that was not made here.
    """

    credit: PictureCredit
    facts: Mapping[str, Any] | None = None


def with_provenance(data: bytes, provenance: Provenance, look: str = "") -> bytes:
    """Return the JPEG, PNG or WebP file `data` with a credit and a passport.

    `look` is the perceptual hash of its picture, by which a copy that was saved again is known.
    """
    credited = embed_credit(data, provenance.credit)
    header = read_header(data)
    if provenance.facts is None or header is None:
        return credited
    facts = {**provenance.facts, "width": header.width, "height": header.height}

    def make(hashes: FileHashes) -> Passport:
        return sign(write_statement(facts, hashes, look), _private_key(settings.PASSPORT_KEY))

    return embed_passport(credited, make)


def withhold_recipe(data: bytes) -> bytes:
    """Return the file with a passport that does not say how its picture was made.

    A file without a passport stays as it is.
    """
    passport = read_passport(data)
    if passport is None:
        return data
    facts = {name: value for name, value in passport.facts.items() if name != "recipe"}
    look = look_in(facts)

    def make(hashes: FileHashes) -> Passport:
        return sign(write_statement(facts, hashes, look), _private_key(settings.PASSPORT_KEY))

    return embed_passport(data, make)


def site_key() -> str:
    """Return the public key of this site as text."""
    return key_text(_private_key(settings.PASSPORT_KEY))


def mark_of(painting: UUID) -> str:
    """Return what a passport says in place of the id of a painting, which nobody can guess from it.

    All files of one painting have the same mark.
    """
    return hmac.digest(settings.PASSPORT_KEY, b"mark " + painting.bytes, "sha256")[:16].hex()


def is_of_this_site(passport: Passport) -> bool:
    """Tell whether this site signed the passport, now or with a key that it had before."""
    ours = {site_key(), *settings.PASSPORT_FORMER_KEYS}
    return passport.key in ours and passport.is_signed


@lru_cache(maxsize=4)
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
