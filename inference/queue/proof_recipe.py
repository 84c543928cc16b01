"""The recipe of a proof: how a style is tried on a photo, and for which state of the engine."""

import hashlib
import json
from functools import cache

from style_transfer.core import spec
from style_transfer.core.manifest import shipped_digest
from style_transfer.core.spec import TransferSpec

SIDE = 256


def proof_spec() -> TransferSpec:
    """Return the spec with which every proof is painted."""
    return TransferSpec(size=SIDE)


@cache
def engine_state() -> str:
    """Return a digest that changes when the engine would paint a proof differently."""
    recipe = json.dumps([spec.ENGINE_VERSION, proof_spec().to_json()], sort_keys=True)
    # The cards hold the hash of every weights file, so new weights change the digest too.
    return hashlib.sha256(f"{recipe}{shipped_digest()}".encode()).hexdigest()
