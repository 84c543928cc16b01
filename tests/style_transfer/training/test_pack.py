"""Packs: within the budget, with their licenses, and usable like folders in every training."""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.training.export import describe_data
from style_transfer.training.pack import Part, open_pictures, pack_pictures
from style_transfer.training.pictures import TrainingDataError, find_pictures
from tests.style_transfer.training.conftest import draw_picture

Pack = Callable[..., int]


@pytest.fixture
def parts(content: Path, style: Path) -> dict[str, Part]:
    """Return the small material; the photos have licenses, and one photo is large."""
    draw_picture(50, width=900, height=600).save(content / "large.png")
    with (content / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "title", "licence", "source"))
        for path in find_pictures(content)[:6]:
            writer.writerow((path.relative_to(content), "a title", "CC0", "example.org/set"))
    roots = {"content": content, "style": style}
    return {name: Part(root, tuple(find_pictures(root))) for name, root in roots.items()}


def sizes(pack: Path) -> dict[str, tuple[int, int]]:
    """Return the size of each picture in a pack by name."""
    found = {}
    with zipfile.ZipFile(pack) as opened:
        for name in opened.namelist():
            if not name.endswith(".csv"):
                with opened.open(name) as file, Image.open(file) as picture:
                    found[name] = picture.size
    return found


def test_keeps_the_size_of_pictures_if_they_fit(parts: dict[str, Part], tmp_path: Path) -> None:
    packed = pack_pictures(parts, tmp_path / "all.zip", 10**8)
    assert packed.side == 1024
    assert packed.size == (tmp_path / "all.zip").stat().st_size
    found = sizes(tmp_path / "all.zip")
    assert len(found) == 9 + 8
    assert found["content/large.png.webp"] == (900, 600)
    assert found["content/train2017/part0/000.jpg.webp"] == (80, 72)
    assert found["style/Cubism/0.png.webp"] == (80, 72)


@pytest.mark.parametrize("budget", [18_000, 22_000])
def test_shrinks_them_until_they_fit(parts: dict[str, Part], tmp_path: Path, budget: int) -> None:
    out = tmp_path / "small.zip"
    packed = pack_pictures(parts, out, budget)
    assert out.stat().st_size == packed.size <= budget
    width, height = sizes(out)["content/large.png.webp"]
    assert height == min(600, packed.side)
    assert width == round(1.5 * height)
    assert 64 <= packed.side < 1024


def test_says_when_they_cannot_fit(parts: dict[str, Part], tmp_path: Path) -> None:
    out = tmp_path / "none.zip"
    with pytest.raises(TrainingDataError, match="do not fit into 1,000 bytes"):
        pack_pictures(parts, out, 1000)
    assert not list(tmp_path.glob("none.zip*"))


def test_makes_the_same_file_from_the_same_pictures(parts: dict[str, Part], tmp_path: Path) -> None:
    for name in ("one.zip", "other.zip"):
        pack_pictures(parts, tmp_path / name, 10**6)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_counts_each_picture_as_it_is_packed(parts: dict[str, Part], tmp_path: Path) -> None:
    steps: list[None] = []
    pack_pictures(parts, tmp_path / "all.zip", 10**8, advance=lambda: steps.append(None))
    assert len(steps) == 17


def test_includes_the_licenses(parts: dict[str, Part], tmp_path: Path) -> None:
    pack_pictures(parts, tmp_path / "all.zip", 10**8)
    with open_pictures(tmp_path / "all.zip", "content") as folder:
        described = describe_data(folder, find_pictures(folder))
    original = describe_data(parts["content"].root, parts["content"].paths)
    assert described == original
    assert described["sources"][0] == {
        "source": "example.org/set", "license": "CC0", "pictures": 6
    }  # fmt: skip


def test_unpacks_the_requested_part_and_cleans_up(parts: dict[str, Part], tmp_path: Path) -> None:
    pack_pictures(parts, tmp_path / "all.zip", 10**8)
    with open_pictures(tmp_path / "all.zip", "style") as folder:
        assert len(find_pictures(folder)) == 8
        assert not (folder.parent / "content").exists()
    assert not folder.parent.exists()


def test_returns_folders_unchanged(content: Path, tmp_path: Path) -> None:
    with open_pictures(content, "style") as folder:
        assert folder == content
    with open_pictures(tmp_path / "nowhere", "style") as folder:
        assert folder == tmp_path / "nowhere"


def test_refuses_a_pack_without_the_part(parts: dict[str, Part], tmp_path: Path) -> None:
    pack_pictures({"content": parts["content"]}, tmp_path / "photos.zip", 10**8)
    with (
        pytest.raises(TrainingDataError, match="has no style pictures"),
        open_pictures(tmp_path / "photos.zip", "style"),
    ):
        pass


def damage(pack: Path) -> None:
    """Change bytes in the middle of the first picture of a zip."""
    content = bytearray(pack.read_bytes())
    content[120:160] = bytes(40)
    pack.write_bytes(content)


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "damaged"])
def test_refuses_a_file_that_is_not_a_pack(
    parts: dict[str, Part], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "bad.zip"
    pack_pictures(parts, path, 10**8)
    whole = path.read_bytes()
    if kind == "damaged":
        damage(path)
    else:
        path.write_bytes({"empty": b"", "text": b"not a zip", "cut": whole[:-400]}[kind])
    with (
        pytest.raises(TrainingDataError, match="neither a folder nor a pack"),
        open_pictures(path, "content"),
    ):
        pass


def test_refuses_a_decompression_bomb(
    parts: dict[str, Part], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_pictures(parts, tmp_path / "all.zip", 10**8)
    monkeypatch.setattr("style_transfer.training.pack.LARGEST", 500)
    with (
        pytest.raises(TrainingDataError, match="unpacks to more than 500 bytes"),
        open_pictures(tmp_path / "all.zip", "content"),
    ):
        pass


def test_unpacks_only_pictures_into_its_own_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as pack:
        pack.writestr("content/../../outside.jpg", b"x")
        pack.writestr("content/script.py", b"x")
        pack.writestr("/content/absolute.jpg", b"x")
        pack.writestr("content/inside.jpg", b"x")
    with open_pictures(tmp_path / "odd.zip", "content") as folder:
        names = {path.name for path in folder.parent.rglob("*") if path.is_file()}
    assert names <= {"inside.jpg", "outside.jpg"}
    assert not (tmp_path / "outside.jpg").exists()


@pytest.fixture
def pack(parts: dict[str, Part], tmp_path: Path) -> Pack:
    """Return a function that runs `train pack` on the small material with more arguments."""

    def run(*more: str) -> int:
        folders = [f"--{name}={part.root}" for name, part in parts.items()]
        return main(["train", "pack", *folders, f"--out={tmp_path / 'all.zip'}", *more])

    return run


def test_is_accepted_by_a_training_instead_of_folders(
    pack: Pack, teacher: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert pack("--budget", "1MB") == 0
    assert "17 pictures, short side up to 1024 pixels" in " ".join(capfd.readouterr().err.split())
    path, out = tmp_path / "all.zip", tmp_path / "out"
    words = f"--content {path} --style {path} --teacher {teacher} --out {out} --steps 1"
    small = "--batch 2 --size 32 --threads 1 --device cpu"
    assert main(["train", "builtin", *words.split(), *small.split()]) == 0
    card = json.loads((out / "manifest.json").read_text())["builtin"]
    assert [data["name"] for data in card["data"]] == ["content", "style"]
    assert {each["license"] for each in card["data"][0]["sources"]} == {"CC0", "unstated"}


def test_names_the_pictures_that_it_omits(
    pack: Pack, content: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (content / "broken.jpg").write_text("not a picture")
    assert pack("--budget", "1MB") == 0
    assert "broken.jpg" in "".join(capfd.readouterr().err.split())


def test_requires_something_to_pack(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "all.zip"
    assert main(["train", "pack", "--budget", "1MB", "--out", str(out)]) == 2
    assert "--content FOLDER" in capfd.readouterr().err
    assert not out.exists()
