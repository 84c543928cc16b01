"""Sets of pictures as they are downloaded: checked, shrunk, and with their licenses."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.training.export import describe_data
from style_transfer.training.pictures import TrainingDataError, find_pictures
from style_transfer.training.prepare import AnnotationsError, prepare_coco, prepare_wikiart
from tests.style_transfer.training.conftest import draw_picture

LICENSES = [{"id": 4, "name": "Attribution License", "url": "https://example.org/by"}, {"id": 7}]


def photo(number: int, license_: int | None = 4) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": f"{number:012}.jpg",
        "license": license_,
        "flickr_url": f"https://example.org/{number}.jpg",
    }


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """Return a folder of three photos, one of which the annotations do not name."""
    folder = tmp_path / "val2017"
    (folder / "annotations").mkdir(parents=True)
    for number in (1, 2, 3):
        draw_picture(number, width=300, height=200).save(folder / f"{number:012}.jpg")
    annotate(folder, {"images": [photo(1), photo(2, 7), photo(9)], "licenses": LICENSES})
    return folder


def annotate(folder: Path, content: object) -> None:
    (folder / "annotations" / "captions.json").write_text(json.dumps(content))


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestCoco:
    def test_shrinks_photos_and_keeps_their_licenses(self, coco: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        done = prepare_coco(coco, out, side=100)
        assert done.kept == 2
        assert [path.name for path, _ in done.refused] == ["000000000003.jpg"]
        first = rows_of(out)[0]
        assert first["licence"] == "Attribution License https://example.org/by"
        assert first["source"] == "COCO: https://example.org/1.jpg"
        with Image.open(out / first["file"]) as image:
            assert image.size == (150, 100)

    def test_is_understood_by_trainings(self, coco: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        prepare_coco(coco, out, side=100)
        sources = describe_data(out, find_pictures(out))["sources"]
        assert {each["source"] for each in sources} == {"COCO"}
        assert "unstated" not in {each["license"] for each in sources[:1]}

    def test_keeps_only_the_licenses_that_are_wanted(self, coco: Path, tmp_path: Path) -> None:
        done = prepare_coco(coco, tmp_path / "out", side=100, licenses=[4])
        assert done.kept == 1
        assert len(done.refused) == 2

    def test_names_a_corrupt_photo_and_goes_on(self, coco: Path, tmp_path: Path) -> None:
        (coco / "000000000002.jpg").write_bytes(b"no picture")
        done = prepare_coco(coco, tmp_path / "out", side=100)
        assert done.kept == 1
        assert "cannot be decoded" in dict(done.refused)[coco / "000000000002.jpg"]

    @pytest.mark.parametrize(
        "content", [{}, {"images": [photo(1)]}, {"images": [photo(1, None)], "licenses": LICENSES}]
    )
    def test_refuses_a_set_without_licenses(
        self, coco: Path, tmp_path: Path, content: object
    ) -> None:
        annotate(coco, content)
        with pytest.raises(AnnotationsError):
            prepare_coco(coco, tmp_path / "out", side=100)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("text", ["{", '{"images": [5], "licenses": [3]}'])
    def test_refuses_a_damaged_annotation_file(self, coco: Path, tmp_path: Path, text: str) -> None:
        (coco / "annotations" / "captions.json").write_text(text)
        with pytest.raises(AnnotationsError, match="not an annotation file"):
            prepare_coco(coco, tmp_path / "out", side=100)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["val2017"]

    def test_reads_past_other_json_files(self, coco: Path, tmp_path: Path) -> None:
        (coco / "annotations" / "a_results.json").write_text('[{"image_id": 1}]')
        assert prepare_coco(coco, tmp_path / "out", side=64).kept == 2

    def test_replaces_nothing(self, coco: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        with pytest.raises(TrainingDataError, match="exists already"):
            prepare_coco(coco, tmp_path / "out", side=100)
        assert not list((tmp_path / "out").iterdir())


class TestWikiart:
    def test_keeps_pictures_of_one_name_in_two_formats(self, tmp_path: Path) -> None:
        source = tmp_path / "set"
        source.mkdir()
        for name in ("a.jpg", "a.png"):
            draw_picture(1).save(source / name)
        assert prepare_wikiart(source, tmp_path / "out", side=64).kept == 2
        assert {row["file"] for row in rows_of(tmp_path / "out")} == {"a.webp", "a.png.webp"}
        assert {path.name for path in find_pictures(tmp_path / "out")} == {"a.webp", "a.png.webp"}

    def test_reads_artist_title_and_manner(self, tmp_path: Path) -> None:
        folder = tmp_path / "wikiart" / "Early_Renaissance"
        folder.mkdir(parents=True)
        draw_picture(1, width=90, height=120).save(folder / "andrea-mantegna_the-agony-1455.jpg")
        done = prepare_wikiart(tmp_path / "wikiart", tmp_path / "out", side=512)
        assert done.kept == 1
        [row] = rows_of(tmp_path / "out")
        assert (row["artist"], row["title"]) == ("andrea mantegna", "the agony 1455")
        assert row["subject"] == "Early_Renaissance"
        assert row["licence"] == ""
        with Image.open(tmp_path / "out" / row["file"]) as image:
            assert image.size == (90, 120)


class TestCommand:
    def test_prepares_beside_the_folder(
        self, coco: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["data", "prepare", "coco", str(coco), "--side", "100"]) == 0
        assert len(rows_of(coco.with_name("val2017-100"))) == 2
        printed = capsys.readouterr().err
        assert "2 pictures, 1 refused" in printed.replace("\n", "")
        assert "has no license that is wanted" in printed.replace("\n", " ")

    def test_prepares_the_current_folder(self, coco: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(coco)
        assert main(["data", "prepare", "coco", ".", "--side", "64"]) == 0
        assert (coco.parent / "val2017-64" / "manifest.csv").is_file()

    def test_prints_one_sentence_for_a_missing_folder(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["data", "prepare", "wikiart", str(tmp_path / "none")]) == 2
        assert "is not a folder" in capsys.readouterr().err
