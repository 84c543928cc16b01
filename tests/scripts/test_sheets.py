"""Sheets of pictures: as small as a page wants them."""

from pathlib import Path

from PIL import Image

from scripts.sheets import save


def test_shrinks_a_picture_until_it_fits(tmp_path: Path) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    noise.save(tmp_path / "large.webp", quality=88)
    assert (tmp_path / "large.webp").stat().st_size > 30_000
    save(noise, tmp_path / "noise.webp", 30_000)
    assert (tmp_path / "noise.webp").stat().st_size <= 30_000
