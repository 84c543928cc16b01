from pathlib import Path

from PIL import Image

from style_transfer.bench.crops import lay_crops, page_path
from style_transfer.bench.quality import UNTOUCHED, Pair


def pair_of(photo: Image.Image) -> Pair:
    artwork = Image.new("RGB", (100, 80), "blue")
    return Pair("dog", "waves", photo, artwork, {UNTOUCHED: photo, "fast": photo, "other": photo})


def test_shows_every_answer_at_1_to_1_around_the_face() -> None:
    photo = Image.new("RGB", (1000, 500), "white")
    photo.putpixel((750, 250), (255, 0, 0))
    (sheet,) = lay_crops([pair_of(photo)], {"dog": [(0.7, 0.4, 0.8, 0.6)]})
    assert sheet.size == (4 * 392, 32 + 392)
    marks = [x for x in range(sheet.width) if sheet.getpixel((x, 32 + 192)) == (255, 0, 0)]
    assert marks == [192, 192 + 2 * 392, 192 + 3 * 392]


def test_shows_the_whole_of_a_small_picture() -> None:
    (sheet,) = lay_crops([pair_of(Image.new("RGB", (30, 20), "red"))], {})
    assert sheet.getpixel((0, 32)) == (255, 0, 0)
    assert sheet.getpixel((29, 51)) == (255, 0, 0)
    assert sheet.getpixel((30, 52)) == (255, 255, 255)


def test_stays_inside_of_the_picture_for_a_face_at_its_border() -> None:
    photo = Image.new("RGB", (500, 500), "red")
    (sheet,) = lay_crops([pair_of(photo)], {"dog": [(0.0, 0.9, 0.1, 1.0)]})
    assert sheet.getpixel((383, 32 + 383)) == (255, 0, 0)


def test_makes_further_sheets_for_more_pairs() -> None:
    pairs = [pair_of(Image.new("RGB", (30, 20)))] * 9
    first, second = lay_crops(pairs, {})
    assert first.height == 32 + 8 * 88
    assert second.height == 32 + 88


def test_numbers_the_files_of_further_sheets() -> None:
    assert page_path(Path("a/sheet.png"), 1) == Path("a/sheet.png")
    assert page_path(Path("a/sheet.png"), 2) == Path("a/sheet-2.png")
