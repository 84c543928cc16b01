"""The scripts that make style codes and samples: files, hashes, and the same result each time."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from library.masterwork_manifest import MASTERWORKS, read_entries
from library.shipped_styles import SHIPPED
from scripts import make_embeddings
from scripts.make_masterworks import main
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import load_painter
from tests.support.factories import make_picture, picture_bytes

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a manifest of two entries, and a subfolder with their pictures."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    entries = []
    for slug in ("wave", "cafe"):
        data = picture_bytes(make_picture((160, 120), seed=len(slug)))
        (pictures / f"{slug}.png").write_bytes(data)
        entries.append({"slug": slug, "picture": f"{slug}.png", "demonstration": "coffee"})
    (tmp_path / "manifest.json").write_text(json.dumps({"version": 1, "masterworks": entries}))
    return tmp_path


def run(folder: Path, *slugs: str) -> list[dict[str, Any]]:
    """Run the script, and return the entries of the manifest."""
    main(["--pictures", str(folder / "pictures"), "--folder", str(folder), *slugs])
    return read_entries(folder)


@pytest.fixture(autouse=True)
def _give_back() -> Any:
    """Restore the engine of this process after the test: its threads and its precision."""
    threads, painter = torch.get_num_threads(), load_painter(torch.device("cpu"))
    halved = painter.halved
    yield
    torch.set_num_threads(threads)
    painter.halved = halved


def test_writes_code_and_sample_with_their_hashes(folder: Path) -> None:
    wave, cafe = run(folder, "wave")
    assert "code" not in cafe
    for kind in ("code", "sample"):
        data = (folder / wave[kind]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == wave[f"{kind}_sha256"]
    painter = load_painter(torch.device("cpu"))
    code = StyleEmbedding.from_bytes((folder / wave["code"]).read_bytes(), painter)
    assert code.encoder == wave["weights"] == painter.sha256


def test_makes_the_same_files_with_any_number_of_threads(folder: Path) -> None:
    first = run(folder, "wave")[0]
    torch.set_num_threads(2)
    assert run(folder, "wave")[0] == first


def test_computes_the_codes_of_the_shipped_artworks(folder: Path) -> None:
    data = picture_bytes(make_picture((160, 120), seed=9))
    (folder / "ink.webp").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    artworks = [{"slug": "ink", "file": "ink.webp", "sha256": digest}]
    (folder / "manifest.json").write_text(json.dumps({"artworks": artworks}))
    make_embeddings.main(["--folder", str(folder)])
    listed = json.loads((folder / "codes.json").read_text())["ink"]
    code = (folder / listed["code"]).read_bytes()
    assert listed["picture_sha256"] == digest
    assert listed["code_sha256"] == hashlib.sha256(code).hexdigest()
    make_embeddings.main(["--folder", str(folder), "nothing"])
    assert json.loads((folder / "codes.json").read_text())["ink"] == listed


def test_ships_a_code_for_every_shipped_artwork() -> None:
    painter = load_painter(torch.device("cpu"))
    codes = json.loads((SHIPPED / "codes.json").read_text())
    artworks = json.loads((SHIPPED / "manifest.json").read_text())["artworks"]
    for artwork in artworks:
        listed = codes[artwork["slug"]]
        assert listed["picture_sha256"] == artwork["sha256"]
        code = (SHIPPED / listed["code"]).read_bytes()
        assert StyleEmbedding.from_bytes(code, painter).encoder == listed["weights"]


def test_ships_codes_for_the_shipped_weights() -> None:
    painter = load_painter(torch.device("cpu"))
    entries = read_entries(MASTERWORKS)
    assert len(entries) >= 12
    for entry in entries:
        code = (MASTERWORKS / entry["code"]).read_bytes()
        assert StyleEmbedding.from_bytes(code, painter).encoder == entry["weights"]


def test_names_the_artist_of_each_work_and_why_it_is_free() -> None:
    for entry in read_entries(MASTERWORKS):
        assert entry["license"] == "CC-PDM-1.0"
        assert entry["artist"]["died"] <= 1944
        assert entry["credit_line"] or entry["source_url"].startswith("https://")
        assert any("public domain" in each["statement"] for each in entry["evidence"])


def test_ships_no_picture_of_a_masterwork() -> None:
    entries = read_entries(MASTERWORKS)
    named = {entry[kind] for entry in entries for kind in ("code", "sample", "swatch")}
    known = {"manifest.json", *named}
    assert {path.name for path in MASTERWORKS.iterdir()} == known
