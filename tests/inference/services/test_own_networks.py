"""Tests of which styles have a network: those whose hash is in the card of a network."""

from contextlib import suppress
from pathlib import Path

import pytest
import torch
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from safetensors.torch import save

from inference.services.own_networks import has_own_network
from inference.worker.engine import stylize
from inference.worker.failures import reason
from library.masterwork_manifest import MASTERWORKS
from style_transfer.core.embedding_header import sort_words
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import PAINTING_NET, SHIPPED, read_manifest, user_folder
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods.network.schedule import NetworkMissingError, find_networks, load_network
from tests.support.factories import make_code_style, make_picture, make_style
from tests.support.weights import add_weights, write_manifest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


CARD = {"file": "network-ink.safetensors", "sha256": "0" * 64, "license": "CC0", "origin": "here"}


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of weights with a network for the picture of the style "ink"."""
    folder = tmp_path / "added"
    folder.mkdir()
    artwork = perceptual_hash(make_picture((80, 80), seed=sum(b"ink")))
    add_weights(folder, "network-ink", figures={"artwork": artwork})
    add_weights(folder, "vgg19")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(folder))
    return folder


def test_finds_the_network_of_a_picture(trained: Path) -> None:
    assert has_own_network(make_style("ink"))
    assert not has_own_network(make_style("wash"))
    assert trained.is_dir()


def test_finds_a_network_in_the_default_folder_of_the_training(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "styleweb" / "weights"
    home.parent.mkdir(parents=True)
    trained.rename(home)
    monkeypatch.delenv("STYLEWEB_WEIGHTS_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert user_folder() == home
    assert has_own_network(make_style("ink"))
    assert not has_own_network(make_style("wash"))


def test_finds_the_network_of_a_code_with_the_hash_of_its_artwork(trained: Path) -> None:
    known = perceptual_hash(make_picture((80, 80), seed=sum(b"ink")))
    for slug, artwork, expected in (("ink", known, True), ("wash", "00" * 192, False)):
        style = make_code_style(slug, code=sort_words(save({}, {"artwork": artwork})))
        assert has_own_network(style) is expected
    assert trained.is_dir()


def test_finds_none_for_a_code_without_a_hash(trained: Path) -> None:
    assert not has_own_network(make_code_style("ink"))
    assert trained.is_dir()


def test_needs_no_file(trained: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    style = make_style("ink")
    Path(style.thumb.path).unlink()
    with django_assert_num_queries(0):
        assert has_own_network(style)
    assert trained.is_dir()


def test_finds_none_if_none_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STYLEWEB_WEIGHTS_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert not has_own_network(make_style("ink"))


def test_finds_a_network_that_is_trained_while_the_site_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    style = make_style("ink")
    assert not has_own_network(style)
    artwork = make_picture((80, 80), seed=sum(b"ink"))
    add_weights(tmp_path, "network-ink", figures={"artwork": perceptual_hash(artwork)})
    assert has_own_network(style)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        [],
        {"network-ink": {}},
        {"network-ink": CARD | {"color": 1}},
        {"network-ink": CARD},
        {"network-ink": CARD | {"figures": {"artwork": "xyz"}}},
        {"network-ink": CARD | {"figures": {"artwork": 7}}},
    ],
    ids=["no JSON", "a list", "missing", "unknown", "no artwork", "no hash", "a number"],
)
def test_ignores_cards_of_another_form(trained: Path, content: object) -> None:
    write_manifest(trained, content)
    assert not has_own_network(make_style("ink"))


class TestPages:
    """The site serves its pages even if a user installed invalid weights."""

    @pytest.fixture(params=["no JSON", "a list", "a card without sense", "a file for a folder"])
    def broken(
        self, request: pytest.FixtureRequest, trained: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contents = {"no JSON": "{", "a list": [], "a card without sense": {"network-ink": {}}}
        if request.param in contents:
            write_manifest(trained, contents[request.param])
        else:
            monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(trained / "manifest.json"))

    @pytest.mark.usefixtures("broken")
    def test_show_the_styles_and_log_one_warning(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        for slug in ("ink", "wash"):
            make_style(slug)
        for address in (reverse("studio"), "/api/v1/styles/", "/api/v1/styles/ink/"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "ink" in answer.content.decode()
        warned = [one for one in caplog.records if one.name == "style_transfer.core.manifest"]
        assert len(warned) == 1

    def test_offer_a_network_whose_file_is_missing(self, client: Client, trained: Path) -> None:
        make_style("ink")
        (trained / "network-ink.safetensors").unlink()
        answer = client.get("/api/v1/styles/ink/")
        assert answer.status_code == 200
        assert "network" in answer.json()["methods"]


class TestPainting:
    """A network that cannot be loaded ends its job with a code."""

    @pytest.fixture(params=["gone", "another"])
    def unusable(self, request: pytest.FixtureRequest, trained: Path) -> None:
        file = trained / "network-ink.safetensors"
        file.unlink() if request.param == "gone" else file.write_bytes(b"another network")

    @pytest.mark.usefixtures("unusable")
    def test_ends_with_a_code(self) -> None:
        artwork = make_picture((80, 80), seed=sum(b"ink"))
        spec = TransferSpec(method="network", size=64)
        with pytest.raises(ModelMissingError) as caught:
            list(stylize(make_picture(), [StyleInput(artwork)], spec))
        assert reason(caught.value)[0] == "model_missing"


@pytest.mark.parametrize(
    "name", [name for name in read_manifest(SHIPPED) if name.startswith(PAINTING_NET)]
)
def test_each_shipped_network_belongs_to_a_masterwork(name: str) -> None:
    codes = [path.read_bytes() for path in MASTERWORKS.glob("*.code")]
    found = []
    for code in codes:
        with suppress(NetworkMissingError):
            found += find_networks([StyleInput(None, embedding=code)])
    assert [share.name for share in found].count(name) == 1
    assert load_network(name, torch.device("cpu"))
