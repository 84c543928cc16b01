"""What a proof is: how a style is tried on a photo, and the state of the engine it is good for."""

import hashlib
import json
from functools import cache

from style_transfer.core import spec
from style_transfer.core.manifest import shipped_digest
from style_transfer.core.spec import TransferSpec

SIDE = 256


def proof_spec() -> TransferSpec:
    """Return how every proof is painted."""
    return TransferSpec(size=SIDE)


@cache
def engine_state() -> str:
    """Return a digest that changes when the engine would paint a proof in another way."""
    recipe = json.dumps([spec.ENGINE_VERSION, proof_spec().to_json()], sort_keys=True)
    # The cards name the hash of every weights file.
    return hashlib.sha256(f"{recipe}{shipped_digest()}".encode()).hexdigest()
