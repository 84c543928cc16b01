"""An embedding that tests of this folder share."""

import copy

import pytest

from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import Painter
from tests.support.embeddings import soft

_made: dict[str, StyleEmbedding] = {}


@pytest.fixture
def code(painter: Painter) -> StyleEmbedding:
    """Return an embedding of its own; making one takes a while, so a first one is copied."""
    if painter.sha256 not in _made:
        _made[painter.sha256] = StyleEmbedding.from_picture(soft(0), painter)
    return copy.deepcopy(_made[painter.sha256])
