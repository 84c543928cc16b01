"""Which styles have a network of their own: those whose artwork a card has the hash of."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from django.conf import settings
from pytest_django import DjangoAssertNumQueries
from safetensors.torch import save

from inference.services.own_networks import ADDED, has_own_network
from style_transfer.core.embedding_header import sort_words
from style_transfer.core.spec import StyleInput
from style_transfer.core.weight_files import PAINTING_NET, SHIPPED, read_manifest
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods.network.schedule import NetworkMissingError, find_networks, load_network
from tests.support.factories import make_code_style, make_picture, make_style

MASTERWORKS = Path(settings.BASE_DIR) / "library" / "masterworks"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def write_cards(folder: Path, cards: object) -> None:
    (folder / "manifest.json").write_text(json.dumps(cards))


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of weights with a network for the picture of the style "ink"."""
    artwork = make_picture((80, 80), seed=sum(b"ink"))
    cards = {
        "network-ink": {"figures": {"artwork": perceptual_hash(artwork)}},
        "vgg19": {"figures": {}},
    }
    write_cards(tmp_path, cards)
    monkeypatch.setenv(ADDED, str(tmp_path))
    return tmp_path


def test_finds_the_network_of_a_picture(trained: Path) -> None:
    assert has_own_network(make_style("ink"))
    assert not has_own_network(make_style("wash"))
    assert trained.is_dir()


def test_finds_the_network_of_a_code_that_tells_its_artwork(trained: Path) -> None:
    known = perceptual_hash(make_picture((80, 80), seed=sum(b"ink")))
    for slug, artwork, expected in (("ink", known, True), ("wash", "00" * 192, False)):
        style = make_code_style(slug)
        Path(style.code.path).write_bytes(sort_words(save({}, {"artwork": artwork})))
        assert has_own_network(style) is expected
    assert trained.is_dir()


def test_finds_none_for_a_code_that_tells_nothing(trained: Path) -> None:
    assert not has_own_network(make_code_style("ink"))
    assert trained.is_dir()


def test_reads_each_file_once(
    trained: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    style = make_style("ink")
    assert has_own_network(style)
    Path(style.thumb.path).unlink()
    with django_assert_num_queries(0):
        assert has_own_network(style)
    assert trained.is_dir()


def test_finds_none_where_nobody_trained_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDED, raising=False)
    assert not has_own_network(make_style("ink"))


@pytest.mark.parametrize(
    "cards", [[], {"network-ink": {}}, {"network-ink": {"figures": {"artwork": "xyz"}}}]
)
def test_is_not_misled_by_cards_of_another_form(trained: Path, cards: object) -> None:
    write_cards(trained, cards)
    assert not has_own_network(make_style("ink"))


def test_passes_over_a_manifest_that_cannot_be_read(trained: Path) -> None:
    (trained / "manifest.json").write_text("{")
    assert not has_own_network(make_style("ink"))


@pytest.mark.parametrize(
    "name", [name for name in read_manifest(SHIPPED) if name.startswith(PAINTING_NET)]
)
def test_each_shipped_network_is_that_of_a_masterwork(name: str) -> None:
    codes = [path.read_bytes() for path in MASTERWORKS.glob("*.code")]
    found = []
    for code in codes:
        with suppress(NetworkMissingError):
            found += find_networks([StyleInput(None, code=code)])
    assert [share.name for share in found].count(name) == 1
    assert load_network(name, torch.device("cpu"))
