import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

from style_transfer.__main__ import main
from style_transfer.bench.quality import lay_out
from style_transfer.bench.speed import measure
from style_transfer.cli.bench_quality import pictures_in
from style_transfer.core.errors import InputUnreadableError
from style_transfer.core.manifest import Card, write_card
from style_transfer.core.spec import TransferSpec
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods.network.johnson import PaintingNet
from tests.support.onnx_files import write_mean_color


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder with three small pictures and a text file."""
    for seed, name in enumerate(["b.png", "a.JPG", "c.webp"]):
        noise = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / name)
    (tmp_path / "manifest.csv").write_text("name")
    return tmp_path


def scores_in(printed: str) -> dict[str, list[str]]:
    """Read the first table of scores: its headings as `measure`, and its rows by their names."""
    heading = next(line for line in printed.splitlines() if "photo untouched" in line)
    rows = {"measure": [cell.strip() for cell in heading.strip("┃").split("┃")[1:]]}
    for line in printed.split("└", maxsplit=1)[0].splitlines():
        if line.startswith("│"):
            name, *cells = line.strip("│").split("│")
            rows[name.strip()] = [cell.strip() for cell in cells]
    return rows


class TestSpeed:
    def test_measures_the_first_preview_and_the_whole_run(self) -> None:
        timing = measure(TransferSpec(method="optimize", size=64, steps=2), 1, "cpu")
        assert timing.size == (64, 48)
        assert timing.steps == 2
        assert 0 < timing.first_preview <= timing.whole

    def test_prints_a_table_with_the_machine(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = "bench speed --sizes 64 80x40 --repeats 1 --steps 1 --device cpu"
        assert main(words.split()) == 0
        printed = capsys.readouterr().out
        assert "64 x 48" in printed
        assert "80 x 40" in printed
        assert "threads" in printed

    @pytest.mark.parametrize("size", ["wide", "64x", "x64", "64x48x2"])
    def test_refuses_an_invalid_size(self, size: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["bench", "speed", "--sizes", size])
        assert "invalid parse_size value" in capsys.readouterr().err

    def test_refuses_sizes_out_of_bounds(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["bench", "speed", "--sizes", "9"]) == 2
        assert "size must be" in capsys.readouterr().err

    def test_needs_a_network_for_the_method_network(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
        monkeypatch.setattr("style_transfer.core.manifest.SHIPPED", tmp_path)
        words = [
            "bench",
            "speed",
            "--method",
            "network",
            "--sizes",
            "64",
            "--repeats",
            "1",
            "--device",
            "cpu",
        ]
        assert main(words) == 2
        assert "No network was trained" in capsys.readouterr().err

        network = PaintingNet(4, light=True)
        tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
        save_file(tensors, tmp_path / "network-dots.safetensors")
        sha256 = hashlib.sha256((tmp_path / "network-dots.safetensors").read_bytes()).hexdigest()
        figures = {"artwork": perceptual_hash(Image.effect_noise((32, 32), 90))}
        card = Card("network-dots.safetensors", sha256, "CC0-1.0", "a test", figures=figures)
        write_card(tmp_path, "network-dots", card)
        assert main(words) == 0
        assert "network on" in capsys.readouterr().out


class TestQuality:
    def test_writes_a_sheet_with_each_photo_in_each_artwork(self, pictures: Path) -> None:
        out = pictures / "sheet.png"
        words = f"bench quality --content {pictures} --style {pictures} -o {out} --size 64"
        assert main([*words.split(), "--steps", "1", "--most", "2", "--device", "cpu"]) == 0
        with Image.open(out) as sheet:
            assert sheet.size == (3 * 72, 72 + 2 * 56)

    def test_prints_distances_beside_those_of_simpler_methods(
        self, pictures: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = pictures / "sheet.png"
        words = f"bench quality --content {pictures} --style {pictures} -o {out} --size 96"
        assert main([*words.split(), "--most", "1", "--metric", "builtin", "--device", "cpu"]) == 0
        rows = scores_in(capsys.readouterr().out)
        distances = dict(zip(rows["measure"], rows["content distance"], strict=True))
        assert float(distances["photo untouched"]) == 0
        assert float(distances["colors matched only"]) < float(distances["fast"])
        assert "whitening and coloring" in distances

    def test_compares_with_painted_pictures_without_painting_again(
        self, pictures: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept, out = pictures / "kept", pictures / "sheet.png"
        asked = f"bench quality --content {pictures} --style {pictures} --most 1 --short-side 64"
        once = f"{asked} -o {pictures / 'once.png'} --keep {kept}"
        assert main([*once.split(), "--device", "cpu"]) == 0
        first = scores_in(capsys.readouterr().out)
        write_mean_color(pictures / "mean.onnx")
        again = f"{asked} -o {out} --methods none --beside before={kept}/fast"
        assert main([*again.split(), "--predictor", str(pictures / "mean.onnx")]) == 0
        second = scores_in(capsys.readouterr().out)
        assert first["contrast error, octaves"][4:] == second["contrast error, octaves"][4:]
        assert second["measure"][-1] == "before"
        assert "style, by predictor" in second
        with Image.open(out) as sheet:
            assert sheet.size == (3 * 392, 32 + 72)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ("--beside other=nowhere", "other has no picture a__a"),
            ("--methods none", "Nothing is to be scored"),
            ("--methods none fast", "Nothing is to be painted"),
            ("--predictor none.onnx", "cannot be read as a network"),
            ("--faces none.json", "none.json cannot be read"),
        ],
    )
    def test_refuses_before_it_paints(
        self, pictures: Path, capsys: pytest.CaptureFixture[str], more: str, words: str
    ) -> None:
        out = pictures / "sheet.png"
        asked = f"bench quality --content {pictures} --style {pictures} -o {out} {more}"
        assert main(asked.split()) == 2
        assert words in capsys.readouterr().err
        assert not out.exists()

    def test_explains_how_a_folder_is_named(
        self, pictures: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = f"bench quality --content {pictures} --style {pictures} -o x.png --beside folder"
        with pytest.raises(SystemExit):
            main(asked.split())
        assert "NAME=FOLDER" in capsys.readouterr().err

    def test_paints_with_several_methods(self, pictures: Path) -> None:
        out = pictures / "sheet.png"
        words = f"bench quality --content {pictures} --style {pictures} -o {out} --size 64"
        more = "--most 1 --methods fast optimize --steps 1 --metric builtin --device cpu"
        assert main([*words.split(), *more.split()]) == 0

    def test_says_that_a_folder_has_no_pictures(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "sheet.png"
        words = f"bench quality --content {tmp_path} --style {tmp_path} -o {out}"
        assert main(words.split()) == 2
        assert "There are no pictures" in capsys.readouterr().err
        assert not out.exists()


class TestPasses:
    def test_prints_pictures_per_second_by_pass_size(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = "bench batch --batches 1 2 --size 64 --repeats 1 --device cpu"
        assert main(words.split()) == 0
        printed = capsys.readouterr().out
        assert "fast at 64 x 48" in printed
        assert "threads" in printed

    def test_shows_that_a_code_is_computed_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["bench", "cache", "--size", "200", "--repeats", "1", "--device", "cpu"]) == 0
        printed = capsys.readouterr().out
        seconds = {
            cells[1].strip(): float(cells[2])
            for cells in (line.split("│") for line in printed.splitlines())
            if len(cells) == 4
        }
        assert seconds["in memory"] < seconds["computed"]


def test_lists_only_pictures_sorted_by_name(pictures: Path) -> None:
    assert [path.name for path in pictures_in([pictures], 9)] == ["a.JPG", "b.png", "c.webp"]
    assert len(pictures_in([pictures], 2)) == 2
    some = pictures_in([pictures / "c.webp", pictures], 2)
    assert [path.name for path in some] == ["c.webp", "a.JPG"]


def test_refuses_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError):
        pictures_in([tmp_path], 1)


def test_arranges_images_in_rows_and_columns() -> None:
    red, blue = Image.new("RGB", (10, 4), "red"), Image.new("RGB", (6, 8), "blue")
    sheet = lay_out([[red, blue], [blue, red]])
    assert sheet.size == (18 + 18, 16 + 16)
    assert sheet.getpixel((0, 0)) == (255, 0, 0)
    assert sheet.getpixel((18, 0)) == (0, 0, 255)
    assert sheet.getpixel((0, 16)) == (0, 0, 255)
    assert sheet.getpixel((12, 0)) == (255, 255, 255)
